"""The web server: Streamlit with routes of our own for recordings, which must not travel through memory."""
