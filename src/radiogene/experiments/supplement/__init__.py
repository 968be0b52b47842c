"""What the paper lacks: calibration, decision curves, precision-recall, subgroups, seeds, permutations; one file each."""
