"""What watches a process from inside: Python runs it at the start of each that finds it."""
