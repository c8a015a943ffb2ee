"""The figures of the comparison `tallies`, in the order of the lecture: sheets, search, transfer, validation, count."""
