"""The printed patterns: ChArUco boards for the lens, floor sheets for the pose. Sizes in millimetres on true paper.

Every paper has its own marker numbers, so that a picture says by itself which sheet it shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

PAPER_MM = {"a4": (210.0, 297.0), "a3": (297.0, 420.0)}
RULER_MM = 100.0
BOARD_COLUMNS, BOARD_ROWS = 5, 7
FLOOR_MARKER_CELLS = 6  # 4 x 4 bits and the black border


@dataclass(frozen=True, slots=True)
class BoardPattern:
    """A ChArUco board of 5 x 7 squares."""

    paper: str
    square_mm: float
    marker_mm: float
    first_id: int

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height."""
        return BOARD_COLUMNS * self.square_mm, BOARD_ROWS * self.square_mm


@dataclass(frozen=True, slots=True)
class FloorMarker:
    """One marker of a floor sheet; its centre lies at ``paper_xy_mm`` of the laid out paper (x right, y away)."""

    marker_id: int
    side_mm: float
    paper_xy_mm: tuple[float, float]


BOARDS = {
    "a4": BoardPattern("a4", 34.0, 25.5, 0),
    "a3": BoardPattern("a3", 48.0, 36.0, 20),
}
# A poster is four A4 sheets laid edge to edge: their distance is the paper's, whatever the printer's scale.
FLOOR_SHEETS: dict[str, tuple[FloorMarker, ...]] = {
    "a4": (FloorMarker(0, 170.0, (0.0, 0.0)),),
    "a3": (FloorMarker(1, 260.0, (0.0, 0.0)),),
    "poster": (
        FloorMarker(2, 170.0, (-105.0, 148.5)),
        FloorMarker(3, 170.0, (105.0, 148.5)),
        FloorMarker(4, 170.0, (-105.0, -148.5)),
        FloorMarker(5, 170.0, (105.0, -148.5)),
    ),
}
SHEET_OF_MARKER = {marker.marker_id: (name, marker) for name, sheet in FLOOR_SHEETS.items() for marker in sheet}


@cache
def board_dictionary() -> Any:
    """Markers of the boards (5 x 5 bits)."""
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_50)


@cache
def floor_dictionary() -> Any:
    """Markers of the floor sheets: 4 x 4 bits, large cells, readable at a flat angle."""
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)


@cache
def charuco(paper: str) -> Any:
    """OpenCV's board of a paper, in metres at true scale."""
    pattern = BOARDS[paper]
    count = BOARD_COLUMNS * BOARD_ROWS // 2
    ids = np.arange(pattern.first_id, pattern.first_id + count, dtype=np.int32)
    size = (BOARD_COLUMNS, BOARD_ROWS)
    return cv2.aruco.CharucoBoard(size, pattern.square_mm / 1000, pattern.marker_mm / 1000, board_dictionary(), ids)


def marker_cells(dictionary: Any, marker_id: int) -> NDArray[np.bool_]:
    """Black cells of a marker, border included, rows from the top."""
    side = int(dictionary.markerSize) + 2
    return np.asarray(cv2.aruco.generateImageMarker(dictionary, marker_id, side) < 128)


def floor_marker_corners_m(marker: FloorMarker, print_scale: float = 1.0) -> FloatArray:
    """Corners (4, 2) in the sheet's frame in OpenCV's order (top left, top right, bottom right, bottom left)."""
    half = marker.side_mm * print_scale / 2
    signs = np.array([[-1.0, 1.0], [1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
    return np.asarray((np.array(marker.paper_xy_mm) + half * signs) / 1000, dtype=np.float64)
