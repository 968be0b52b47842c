"""Tables 1 to 8, one file each."""
