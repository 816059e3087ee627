"""Checks of counts and of all, only, other and no zones."""
