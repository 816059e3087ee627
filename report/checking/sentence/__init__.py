"""A sentence taken apart: its units, numbers, places and statements."""
