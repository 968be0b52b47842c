"""Where in the views a model looks: activation maps."""
