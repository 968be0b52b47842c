"""What a training step sees: which nodules, turned and shifted how, with which features dropped."""
