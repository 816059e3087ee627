"""Checking a report: each sentence held to the measurements, and mended where it is wrong."""
