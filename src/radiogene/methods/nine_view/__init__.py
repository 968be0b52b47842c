"""The nine-view network behind every row of Table 4: MMDL, and the networks put in its place."""
