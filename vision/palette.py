"""Colours and symbols of the verdicts, the same on frames, in HTML and in PDF.

After Okabe and Ito, "Color Universal Design" (2008): bluish green against
vermillion stays apart for every common colour vision; a symbol goes with each
colour, so that none is needed.
"""

from __future__ import annotations

from vision.types import Verdict

Rgb = tuple[int, int, int]

VERDICT_RGB: dict[Verdict, Rgb] = {
    Verdict.PASS: (0, 158, 115),
    Verdict.FAIL: (213, 94, 0),
    Verdict.UNCERTAIN: (230, 159, 0),
    Verdict.NOT_MEASURED: (138, 145, 153),
}
VERDICT_SYMBOL: dict[Verdict, str] = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.UNCERTAIN: "?",
    Verdict.NOT_MEASURED: "–",
}
SEVERITY: dict[Verdict, int] = {
    Verdict.FAIL: 0,
    Verdict.UNCERTAIN: 1,
    Verdict.PASS: 2,
    Verdict.NOT_MEASURED: 3,
}
PERSON_LEFT_RGB: Rgb = (120, 200, 240)
PERSON_RIGHT_RGB: Rgb = (240, 220, 150)
MIDLINE_RGB: Rgb = (225, 228, 232)
INK_RGB: Rgb = (24, 29, 35)
PAPER_RGB: Rgb = (255, 255, 255)


def bgr(rgb: Rgb) -> tuple[int, int, int]:
    """The same colour in OpenCV's order."""
    return rgb[2], rgb[1], rgb[0]
