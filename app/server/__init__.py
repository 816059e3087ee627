"""The web server around the page: who may speak to it, and what it keeps of a visit."""
