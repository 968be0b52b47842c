"""Pretraining, branches, all layers, fusion: the stages of section "Deep learning model" of the paper."""

from radiogene.networks.torchvision_operators import declare_torchvision_operators

# Before any file of this room imports lightning, which imports torchvision where it is installed.
declare_torchvision_operators()
