"""The stages of a training: which layers, by which loss, on which input, for how long."""
