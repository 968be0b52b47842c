"""The paper's tables and figures, each one file: which systems it needs, and what it makes of their predictions."""
