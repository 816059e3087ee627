"""Training of the report model on rule-made reports."""
