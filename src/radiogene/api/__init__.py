"""What the door of the package opens to: one function for each thing a notebook, the command line or a service does."""
