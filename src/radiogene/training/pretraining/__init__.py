"""Pretraining on ordinary images: from a folder of classes to the weights that a training starts from."""
