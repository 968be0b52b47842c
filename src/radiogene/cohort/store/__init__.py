"""The store of cubes: one cube, segment and record per nodule, written by one process at a time."""
