"""The first layers of a network, which stay in float32 whatever the precision of those behind them.

What they round off, all layers behind them see, and they are little of the arithmetic.
"""

OPENING_CONVOLUTIONS = 5
"""They make the three channels, and are the stem up to its fourth layer."""
