"""Where the nodule is: a point, a DICOM SEG, an RTSTRUCT or a mask volume."""
