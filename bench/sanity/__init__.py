"""Sanity checks of the saliency maps, and of the shortcut alarm."""
