"""Covering faces in pictures that leave the program. Measured first, covered after: no number comes from here."""

from vision.veil.find import find_heads
from vision.veil.heads import Heads
from vision.veil.paint import covered
from vision.veil.video import BLURRED_NAME, blur_video

__all__ = ["BLURRED_NAME", "Heads", "blur_video", "covered", "find_heads"]
