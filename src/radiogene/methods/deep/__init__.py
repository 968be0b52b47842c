"""The deep systems of Table 6 beside MMDL: one way to read, scale, train, average and save, whatever the network."""
