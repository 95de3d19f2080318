"""A small picture of each printed sheet, drawn from the same rectangles as the PDF."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from calibration.patterns import BOARDS, FLOOR_SHEETS, PAPER_MM, floor_dictionary, marker_cells
from calibration.sheets import Rectangle, board_rectangles, cell_rectangles

GAP_MM = 4.0


@cache
def sheet_svg(sheet: str) -> str:
    """One of `calibration.sheets.SHEETS` as SVG, in millimetres; a poster shows its four pages."""
    kind, name = sheet.split("-")
    width, height = PAPER_MM["a4" if name == "poster" else name]
    pages = [list(_board(name))] if kind == "board" else [list(one) for one in _floor(name)]
    columns = 2 if len(pages) > 1 else 1
    rows = len(pages) // columns
    total_w, total_h = columns * (width + GAP_MM) + GAP_MM, rows * (height + GAP_MM) + GAP_MM
    parts = []
    for number, rectangles in enumerate(pages):
        left = GAP_MM + number % columns * (width + GAP_MM)
        top = GAP_MM + number // columns * (height + GAP_MM)
        parts.append(
            f'<g transform="translate({left} {top})"><rect width="{width}" height="{height}" fill="#fff" '
            'stroke="#b9cdc6" stroke-width="2"/><path fill="#181d23" d="' + "".join(map(_path, rectangles)) + '"/></g>'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total_w} {total_h}">{"".join(parts)}</svg>'


def _path(rectangle: Rectangle) -> str:
    left, top, width, height = (round(one, 2) for one in rectangle)
    return f"M{left} {top}h{width}v{height}h{-width}z"


def _board(name: str) -> Iterator[Rectangle]:
    (width, height), (paper_w, paper_h) = BOARDS[name].size_mm, PAPER_MM[name]
    yield from board_rectangles(name, (paper_w - width) / 2, (paper_h - height) / 2)


def _floor(name: str) -> Iterator[Iterator[Rectangle]]:
    width, height = PAPER_MM["a4" if name == "poster" else name]
    for marker in FLOOR_SHEETS[name]:
        cells = marker_cells(floor_dictionary(), marker.marker_id)
        yield cell_rectangles(cells, (width - marker.side_mm) / 2, (height - marker.side_mm) / 2, marker.side_mm)
