"""What the store holds of a case, as bytes: values to JSON, arrays compressed, both encrypted."""
