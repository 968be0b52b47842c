"""The networks of a training, one or one per fold and seed: who is held out, and what each says of them."""
