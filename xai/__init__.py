"""Explainers of pictures and of text, and what is read off them.

Pictures: `grad_cam`, `lime_explainer`; their maps are cut to the chest by `mask_maps`, fused by
`fusion` and described by `describe`, graded by `fuzzy`. Importing this package loads no library
heavier than numpy.
"""
