"""Explanations of the classifier: saliency maps, their fusion, and soft descriptors."""
