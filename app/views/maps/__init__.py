"""The tabs of the saliency maps."""
