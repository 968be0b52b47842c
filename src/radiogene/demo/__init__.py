"""The whole main job on the synthetic cohort, from DICOM to an external evaluation and one prediction."""
