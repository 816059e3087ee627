"""Checks of zones: marked or not, by number, grade, order, comparison and agreement."""
