"""A tree of studies of many patients: every header read once, kept, and sorted into series and markings."""
