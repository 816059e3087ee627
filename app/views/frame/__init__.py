"""What stands around a result: frame, home, upload, list, progress, problems."""
