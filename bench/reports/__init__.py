"""Benches of the report, its check and its explanation."""
