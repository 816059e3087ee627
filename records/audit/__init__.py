"""The audit, a hash chain of who did what when, and the check of the store against it."""
