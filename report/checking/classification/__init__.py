"""Checks of the classification: labels, probabilities, orders, confidence and doubt."""
