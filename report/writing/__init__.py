"""Writing a report: the prompt, the language model's text, and the sections made of it."""
