"""EGFR and KRAS mutation of non-small-cell lung cancer from CT, by the MMDL network (Dong et al. 2021)."""

__version__ = "0.1.0"
