"""CT in volume files: NIfTI, NRRD and MetaImage."""
