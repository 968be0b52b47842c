"""What the benchmarks on real patients share: readers of public tables and pictures, nested evaluation, tables."""
