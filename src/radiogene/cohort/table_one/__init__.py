"""The paper's Table 1: who is in a cohort, and whether two cohorts differ."""
