"""Explanations: `image/` of the classification, `quality/` of the maps, `text/` of the report.

Importing this package loads no library heavier than numpy.
"""
