"""Explanations of the classifier: saliency maps, their fusion, and the zones' descriptors."""
