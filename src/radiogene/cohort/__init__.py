"""The cohort: its table and checks, clinical values, splits by patient, and the store of cubes."""
