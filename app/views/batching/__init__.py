"""The batch page in parts: what is asked for, one batch, the list of batches."""
