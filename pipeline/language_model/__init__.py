"""A GGUF language model: opening it safely, asking it, and whether it fits into memory."""
