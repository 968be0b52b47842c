"""The training loops that are timed: ours as `radiogene train` runs it, and one as it would be written at first."""
