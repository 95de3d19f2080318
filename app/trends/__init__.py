"""Progress in numbers: courses over time, what to practise, the class, before and after, agreement with trainers.

Nothing here knows of Streamlit. Every function that reads the records takes a
`Viewer` and counts only what that viewer may see.
"""
