"""Words and rows for pages, made of assessments. Pure: no Streamlit in here."""
