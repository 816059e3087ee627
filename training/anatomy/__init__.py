"""Training and evaluation of the anatomy model."""
