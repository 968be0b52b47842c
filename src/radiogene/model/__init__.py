"""The model folder: weights, settings, decision, card and manifest; enough to predict without the training data."""
