"""The cohort table: its columns, its words, and everything that can be wrong with it."""
