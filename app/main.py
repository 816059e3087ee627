"""The script that Streamlit runs for every visit.

The guard matters: worker processes import the main module of the process that starts them, and
while a visit is served that is this file.
"""

if __name__ == "__main__":
    from app.page import show

    show()
