"""The ground floor: getting the raw files, reading them, splitting them."""
