"""Drawing on frames: skeleton, evidence, labels, and the stills of a report."""

from vision.overlay.draw import draw_overlay
from vision.overlay.finding import Finding, FrameOverlay, title_line
from vision.overlay.placement import LabelMemory
from vision.overlay.still import make_still

__all__ = ["Finding", "FrameOverlay", "LabelMemory", "draw_overlay", "make_still", "title_line"]
