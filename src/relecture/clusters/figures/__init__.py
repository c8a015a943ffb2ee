"""The figures of the comparison `clusters`."""
