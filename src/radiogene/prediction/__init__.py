"""From a model folder and a nodule to probabilities, for one case or many."""
