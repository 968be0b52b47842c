"""The systems that MMDL is compared with."""
