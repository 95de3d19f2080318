"""The steps of the practise page."""
