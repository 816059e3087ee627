"""Checks of the chest measurements: values, thresholds, and what lies beyond them."""
