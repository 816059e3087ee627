"""DeepLabV3 and the geometry of the chest."""
