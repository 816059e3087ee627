"""The views: each draws one part of the page from values it is given."""
