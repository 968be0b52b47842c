"""One file per verb; heavy libraries are imported inside the verbs, so that `--help` answers at once."""
