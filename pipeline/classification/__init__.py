"""The classifier of a folder with a manifest, and what it sees of a radiograph."""
