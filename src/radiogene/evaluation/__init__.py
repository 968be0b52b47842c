"""What predictions are worth: figures per gene and patient, each with its interval or the reason why it has none."""
