"""The conclusion as files: Markdown, PDF and `result.json`."""
