"""Two runs compared: which quantities, choices and findings are the same, and which differ."""
