"""Marks in the pixels: the letters of a side, and writing."""
