"""The columns of the cohort table that compared systems read beside age, sex and smoking."""

CLINICAL_COLUMNS = ("age", "sex", "smoking", "stage")
"""Paper, Results: "age, gender, smoking status, and tumor stage"."""

SEMANTIC_COLUMNS = ("texture", "margin", "pleural_attachment", "emphysema", "lobe", "longest_diameter_mm")
"""What a radiologist writes down of the nodule, as columns of the cohort table."""

SUV_COLUMN = "SUVmax"

SLIDES_COLUMN = "slides"
"""Column with the folder of a patient's slide tiles, relative to the cohort's files."""
