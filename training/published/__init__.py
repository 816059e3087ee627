"""The published systems as recipes, and the code that they share."""
