"""The side-by-side viewer: its figure, panels, controls, and what only the browser knows."""
