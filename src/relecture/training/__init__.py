"""Training: the networks' shared parts and the one function that fits them."""
