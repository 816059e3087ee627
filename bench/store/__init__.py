"""Bench of the case store: how fast it is, and what a killed process leaves of it."""
