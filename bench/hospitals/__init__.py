"""What a classifier looks at: what it loses with parts changed, and where its maps point."""
