"""Practising before a camera: the worker that measures the latest picture, without Streamlit."""
