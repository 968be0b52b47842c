"""How much deflate can pack: what decides whether a file can hold what it states."""

LARGEST_PACKED_RATIO = 1032
"""Bytes that one byte may stand for (RFC 1951: 258 by a length and a distance of one bit each)."""
