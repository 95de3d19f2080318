"""The script that Streamlit runs for every session; what it shows lives in `app.views`.

The guard keeps worker processes, which import this file again, from drawing pages.
"""

if __name__ == "__main__":
    from app.views.shell import show

    show()
