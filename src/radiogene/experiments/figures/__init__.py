"""Figures 1 and 6 to 12, one file each."""
