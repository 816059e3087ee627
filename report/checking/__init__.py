"""Checking a report: each sentence compared with the measured values, repaired where wrong."""
