"""Pretraining on ordinary pictures: from a folder of classes to the weights that a training starts from."""
