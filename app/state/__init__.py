"""The state of a visit, apart from Streamlit's widgets."""
