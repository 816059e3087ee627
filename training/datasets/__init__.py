"""Readers of public data sets in the layouts that they are given out in."""
