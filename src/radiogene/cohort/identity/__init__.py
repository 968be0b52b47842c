"""Whether two patients are two: fingerprints and outlines of cubes, and keyed hashes of identifiers."""
