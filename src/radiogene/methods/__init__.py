"""MMDL and every system that it is compared with, behind scikit-learn's interface."""
