"""Takes that were kept: their folders, the trainer's layer over them, judging again."""
