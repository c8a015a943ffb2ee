"""Simulated elections: votes, real handwriting, tally sheets and scans of them."""
