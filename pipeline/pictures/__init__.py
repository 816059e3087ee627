"""Pictures of a case as RGB arrays, the same on the page and in the files."""
