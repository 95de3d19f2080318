"""The printed sheets, measured: what is drawn is as large as the program believes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.board import find_board
from calibration.patterns import BOARDS, FLOOR_SHEETS, charuco, floor_dictionary, floor_marker_corners_m
from calibration.sheets import SHEETS, sheet_pdf
from tests.calibration.scenes import rasterised

DOTS_PER_MM = 8.0


@pytest.mark.parametrize("paper", sorted(BOARDS))
def test_a_board_page_reads_back_to_its_stated_size(paper: str) -> None:
    (page,) = rasterised(sheet_pdf(f"board-{paper}"), DOTS_PER_MM)
    view = find_board(page)
    assert view is not None
    assert view.paper == paper
    assert len(view.ids) == 24
    stated_mm = np.asarray(charuco(paper).getChessboardCorners())[view.ids, :2] * 1000
    seen_mm = view.corners_px / DOTS_PER_MM
    spread = [points - points.mean(axis=0) for points in (seen_mm, stated_mm)]
    assert np.abs(spread[0] - spread[1]).max() < 0.15


@pytest.mark.parametrize("sheet", sorted(FLOOR_SHEETS))
def test_a_floor_page_reads_back_to_its_stated_size(sheet: str) -> None:
    pages = rasterised(sheet_pdf(f"floor-{sheet}"), DOTS_PER_MM)
    assert len(pages) == len(FLOOR_SHEETS[sheet])
    for page, marker in zip(pages, FLOOR_SHEETS[sheet], strict=True):
        small = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        corners, ids, _ = cv2.aruco.ArucoDetector(floor_dictionary()).detectMarkers(small)
        assert ids is not None
        assert ids.ravel().tolist() == [marker.marker_id]
        seen_mm = (np.asarray(corners[0]).reshape(4, 2) + 0.5) / (DOTS_PER_MM / 4)
        sides = np.linalg.norm(np.roll(seen_mm, -1, axis=0) - seen_mm, axis=1)
        assert sides == pytest.approx([marker.side_mm] * 4, abs=0.6)
        centre = np.array(page.shape[::-1]) / DOTS_PER_MM / 2
        assert seen_mm.mean(axis=0) == pytest.approx(centre, abs=0.5)


def test_the_poster_is_four_papers_edge_to_edge() -> None:
    places = np.array([marker.paper_xy_mm for marker in FLOOR_SHEETS["poster"]])
    assert np.ptp(places, axis=0) == pytest.approx([210.0, 297.0])
    shrunk = [floor_marker_corners_m(marker, 0.95).mean(axis=0) * 1000 for marker in FLOOR_SHEETS["poster"]]
    assert np.array(shrunk) == pytest.approx(places), "a printer shrinks the marker, never the paper"


def test_every_page_has_a_ruler_line_of_100_mm() -> None:
    import re
    import zlib

    for sheet in SHEETS:
        streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", sheet_pdf(sheet), flags=re.DOTALL)
        for text in (zlib.decompress(one).decode("latin1") for one in streams if one[:1] == b"x"):
            if " re f" in text:
                lines = re.findall(r"([\d.]+) ([\d.]+) m ([\d.]+) ([\d.]+) l S", text)
                lengths = [abs(float(line[2]) - float(line[0])) * 25.4 / 72 for line in lines]
                assert max(lengths) == pytest.approx(100.0, abs=0.01)


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler is not installed")
def test_another_program_draws_the_same_board(tmp_path: Path) -> None:
    (tmp_path / "board.pdf").write_bytes(sheet_pdf("board-a4"))
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "board.pdf", "page"], cwd=tmp_path, check=True)
    page = cv2.imread(str(next(tmp_path.glob("page*.pgm"))), cv2.IMREAD_GRAYSCALE)
    view = find_board(np.asarray(page, dtype=np.uint8))
    assert view is not None
    assert len(view.ids) == 24
    stated_mm = np.asarray(charuco("a4").getChessboardCorners())[view.ids, :2] * 1000
    seen_mm = view.corners_px / 150 * 25.4
    assert np.ptp(seen_mm, axis=0) == pytest.approx(np.ptp(stated_mm, axis=0), abs=0.2)
