"""Report models: the catalogue, fetching, opening, and comparing them."""
