"""Files that are whole or absent, locks, object storage: what every room may use."""
