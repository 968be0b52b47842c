"""Where cohort tables come from: the public collection, and a folder of studies with a clinical table."""
