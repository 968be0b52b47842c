"""One fit with Lightning: its options, its end, its checkpoints, and how it goes on after an interruption."""
