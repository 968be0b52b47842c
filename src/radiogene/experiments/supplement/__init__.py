"""What the paper lacks: calibration, decision curves, subgroups, seeds, permutations and more; one file each."""
