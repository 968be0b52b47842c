"""CT series -> geometry -> nodule -> cube (64^3 HU) -> nine views."""
