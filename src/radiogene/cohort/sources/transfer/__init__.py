"""Fetching DICOM series from a public store: only what is asked for, checked, and taken up again where it stopped."""
