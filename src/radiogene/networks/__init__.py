"""The network, from inception-resnet units to MMDL (Figure 2B to 2D of the paper)."""
