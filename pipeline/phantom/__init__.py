"""The digital phantom: a drawn frontal radiograph of nobody, with known outlines."""
