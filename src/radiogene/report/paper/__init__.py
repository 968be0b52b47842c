"""Tables 2 to 8 of the paper, number by number, and what cannot be true of them."""
