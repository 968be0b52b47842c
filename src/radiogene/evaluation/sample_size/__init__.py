"""How many patients a binary prediction model needs, for its development and for its validation."""
