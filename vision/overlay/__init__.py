"""Drawing on frames: skeleton, evidence, labels, and the stills of a report."""

from vision.overlay.draw import Finding, FrameOverlay, draw_overlay, title_line
from vision.overlay.placement import LabelMemory
from vision.overlay.still import make_still

__all__ = ["Finding", "FrameOverlay", "LabelMemory", "draw_overlay", "make_still", "title_line"]
