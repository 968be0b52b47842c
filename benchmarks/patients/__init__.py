"""What the benchmarks on real patients share: readers of public tables and images, nested evaluation, tables."""
