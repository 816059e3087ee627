"""What the page shows, as values: a view model for each tab; none of them knows Streamlit."""
