"""A hospital's own studies: a folder of DICOM files and a clinical table."""
