"""Grooming: what one still shows of hair, face and dress."""
