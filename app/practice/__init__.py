"""What a practice leaves behind: takes that nobody kept yet."""
