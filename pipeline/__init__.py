"""The product's one flow: values, errors, protocols, reading, settings and `analyse`."""
