"""Explanations of the report: Shapley values and Integrated Gradients on its writer."""
