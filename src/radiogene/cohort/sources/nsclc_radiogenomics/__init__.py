"""The public collection NSCLC Radiogenomics (TCIA), the paper's external cohort."""
