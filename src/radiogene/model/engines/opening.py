"""The first layers of a network, which stay in float32 whatever the precision of those behind them.

What they round off, all layers behind them see, and they are little of the arithmetic. In bf16 the whole difference of
the probabilities is mostly theirs.
"""

OPENING_CONVOLUTIONS = 5
"""They make the three channels, and are the stem up to its fourth layer."""
