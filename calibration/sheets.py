"""PDF sheets at true scale: everything is drawn as vector rectangles in millimetres, nothing is an image.

Each page carries a 100 mm ruler line: printers like to shrink pages, and its measured length corrects for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.patterns import (
    BOARD_COLUMNS,
    BOARD_ROWS,
    BOARDS,
    FLOOR_SHEETS,
    PAPER_MM,
    RULER_MM,
    board_dictionary,
    charuco,
    floor_dictionary,
    marker_cells,
)

Rectangle = tuple[float, float, float, float]  # left, top, width, height in mm, y down
SHEETS = ("board-a4", "board-a3", "floor-a4", "floor-a3", "floor-poster")
RULER_FROM_BOTTOM_MM = 12.0


def cell_rectangles(black: NDArray[np.bool_], left: float, top: float, side: float) -> Iterator[Rectangle]:
    """Runs of black cells of a square grid; rows overlap by a hair so that no viewer shows seams."""
    cell = side / black.shape[0]
    for row, cells in enumerate(black):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], cells.astype(np.int8), [0]])))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            below = row + 1 < len(black) and bool(black[row + 1, start:end].all())
            yield left + start * cell, top + row * cell, (end - start) * cell, cell + (0.02 if below else 0.0)


def board_rectangles(paper: str, left: float, top: float) -> Iterator[Rectangle]:
    """A ChArUco board whose corner lies at (left, top) of the page."""
    pattern, board = BOARDS[paper], charuco(paper)
    placed = {}
    for marker_id, corners in zip(board.getIds().ravel(), board.getObjPoints(), strict=True):
        corner_mm = np.asarray(corners)[:, :2].min(axis=0) * 1000
        square = tuple(int(n) for n in corner_mm // pattern.square_mm)
        placed[square] = int(marker_id)
        cells = marker_cells(board_dictionary(), int(marker_id))
        yield from cell_rectangles(cells, left + corner_mm[0], top + corner_mm[1], pattern.marker_mm)
    for column in range(BOARD_COLUMNS):
        for row in range(BOARD_ROWS):
            if (column, row) not in placed:
                side = pattern.square_mm
                yield left + column * side, top + row * side, side, side


def sheet_pdf(sheet: str) -> bytes:
    """One of `SHEETS` as a PDF file."""
    from fpdf import FPDF  # only printing needs it

    kind, paper_name = sheet.split("-")
    paper = PAPER_MM["a4" if paper_name == "poster" else paper_name]
    pdf = FPDF(unit="mm", format=paper)
    pdf.set_auto_page_break(False)
    pdf.set_title(f"Yitai {sheet}")
    pdf.viewer_preferences = _no_scaling()
    if kind == "board":
        _page(pdf, paper, f"{sheet}: print at 100 %, glue onto something flat", _board_page(paper_name, paper))
    else:
        for number, marker in enumerate(FLOOR_SHEETS[paper_name], start=1):
            pages = len(FLOOR_SHEETS[paper_name])
            text = f"{sheet}: print at 100 %, lay flat on the floor, arrow away from the camera"
            if pages > 1:
                place = ("far left", "far right", "near left", "near right")[number - 1]
                text = f"{sheet} {number}/{pages} ({place}): print at 100 %, paper edges touching, arrows alike"
            left, top = paper[0] / 2 - marker.side_mm / 2, paper[1] / 2 - marker.side_mm / 2
            cells = marker_cells(floor_dictionary(), marker.marker_id)
            _page(pdf, paper, text, cell_rectangles(cells, left, top, marker.side_mm))
            _arrow(pdf, paper)
    return bytes(pdf.output())


def _no_scaling() -> Any:
    from fpdf.prefs import ViewerPreferences

    return ViewerPreferences(print_scaling="None")


def _board_page(name: str, paper: tuple[float, float]) -> Iterator[Rectangle]:
    width, height = BOARDS[name].size_mm
    return board_rectangles(name, (paper[0] - width) / 2, (paper[1] - height) / 2)


def _page(pdf: Any, paper: tuple[float, float], text: str, rectangles: Iterator[Rectangle]) -> None:
    pdf.add_page()
    pdf.set_fill_color(0)
    for rectangle in rectangles:
        pdf.rect(*rectangle, style="F")
    y = paper[1] - RULER_FROM_BOTTOM_MM
    left = (paper[0] - RULER_MM) / 2
    pdf.set_line_width(0.2)
    pdf.line(left, y, left + RULER_MM, y)
    for tick in range(11):
        pdf.line(left + tick * RULER_MM / 10, y - (3 if tick % 5 == 0 else 1.5), left + tick * RULER_MM / 10, y)
    pdf.set_font("helvetica", size=7)
    pdf.text(left, y + 4, "this line is 100 mm: measure it and give --ruler-mm")
    pdf.text(10, 9, text)


def _arrow(pdf: Any, paper: tuple[float, float]) -> None:
    """A small arrow that points away from the camera (upwards on the page)."""
    x, tip = paper[0] / 2, 12.0
    pdf.polygon([(x, tip), (x - 4, tip + 7), (x + 4, tip + 7)], style="F")
