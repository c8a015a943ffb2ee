"""Training: the modules that all networks share, and the one function that fits them."""
