"""What all timed benchmarks share: contenders in turn, peak memory, the machine, one form of result."""
