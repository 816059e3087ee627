"""Benches of the saliency maps: faithfulness, and other ways to draw and fuse them."""
