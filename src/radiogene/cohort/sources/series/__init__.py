"""Which CT series of a patient is taken: rules over descriptions, counts and geometry, shared by all sources."""
