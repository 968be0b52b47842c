"""Pretraining, heads, all layers, fusion: the stages of section "Deep learning model" of the paper."""
