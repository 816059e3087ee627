"""Checks of the sides: which hold anything, which is the stronger, how even they are."""
