"""A prediction as DICOM objects that lie beside the CT in a PACS: structured report, outline, summary to read."""
