"""Pretraining on nodules of prepared stores: on columns that rate them, or without labels."""
