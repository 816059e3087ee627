"""Data sets, recipes, training and evaluation: `python -m training`."""
