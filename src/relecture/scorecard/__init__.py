"""The scorecard: published values, reproduced values and the verdict on each pair."""
