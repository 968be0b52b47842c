"""Table 1 as the paper prints it, its slips included, to stand beside a table of one's own."""

PAPER_HEADINGS = ("paper, training (n=363)", "paper, validation (n=162)")

PAPER_CELLS: dict[tuple[str, str], tuple[str, str]] = {
    ("Sex", "Male"): ("156 (43%)", "119 (73.5%)"),
    ("Sex", "Female"): ("207 (57%)", "43 (26.5%)"),
    ("Smoking", "Yes"): ("236 (65%)", "137 (84.6%)"),
    ("Smoking", "No"): ("127 (65%)", "25 (15.4%)"),
    ("Age", "Min"): ("43", "43"),
    ("Age", "Max"): ("80", "87"),
    ("Age", "Median"): ("62", "69"),
    ("EGFR", "Mutant"): ("164 (45.2%)", "25 (15.4%)"),
    ("EGFR", "Wild type"): ("199 (54.8%)", "102 (63.0%)"),
    ("EGFR", "Unknown or not collected"): ("0", "35 (21.6%)"),
    ("KRAS", "Mutant"): ("84 (23.1%)", "30 (18.5%)"),
    ("KRAS", "Wild type"): ("279 (76.9%)", "94 (58.0%)"),
    ("KRAS", "Unknown or not collected"): ("0 (0%)", "38 (23.5%)"),
    ("EGFR & KRAS", "Both mutant"): ("0", "1"),
    ("EGFR & KRAS", "Both wild type"): ("363", "138"),
}
"""By section and line of our table. The last two lines are the paper's "Mutant" and "Wild type" of both genes."""
