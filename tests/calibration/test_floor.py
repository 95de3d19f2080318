"""The camera's pose from the floor sheet: recovered, honest, mirrored pictures refused, the ruler believed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.camera import ASSUMED_SIGMA_FOCAL_REL
from calibration.errors import CameraError
from calibration.floor import find_sheet, solve_floor
from calibration.pose import pinhole
from calibration.sheets import sheet_pdf
from tests.calibration.scenes import SIZE, camera, picture_of_sheet, rasterised, recovered, sheet_view

LENS = pinhole(SIZE, 1000.0)
STRAIGHT = np.zeros(5)


@pytest.mark.parametrize("sheet", ["a4", "a3", "poster"])
def test_pose_comes_back_within_a_third_of_a_degree_and_a_centimetre(sheet: str) -> None:
    rng = np.random.default_rng(0)
    for pitch, roll, height in ((-20.0, 2.0, 1.6), (-12.0, -3.0, 1.2), (-9.0, 0.0, 0.9)):
        truth = camera(pitch, roll, height)
        views = [sheet_view(truth, rng, sheet, 0.2) for _ in range(3)]
        fit = solve_floor(views, SIZE, LENS, STRAIGHT, 0.002, lens_measured=True)
        error, _ = recovered(fit.camera, truth)
        assert np.abs(error[:2]).max() < 0.3
        assert abs(error[3]) < 0.01
        assert fit.camera.level == "full"


def test_unknown_focal_length_comes_out_of_several_places_of_the_sheet() -> None:
    rng = np.random.default_rng(3)
    truth = camera(-18.0, 1.0, 1.5, focal_px=880.0)
    views = [sheet_view(truth, rng, "poster", 0.2) for _ in range(4)]
    fit = solve_floor(views, SIZE, LENS, STRAIGHT, ASSUMED_SIGMA_FOCAL_REL, lens_measured=False)
    error, sigma = recovered(fit.camera, truth)
    assert abs(error[2]) < 0.02
    assert sigma[2] < 0.02
    assert fit.camera.level == "floor"


def test_the_stated_uncertainty_covers_the_truth() -> None:
    off = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        truth = camera(rng.uniform(-22, -8), rng.uniform(-3, 3), rng.uniform(0.9, 1.7))
        views = [sheet_view(truth, rng, "a4", 0.3, print_scale=1 + rng.normal(0, 0.003)) for _ in range(2)]
        fit = solve_floor(views, SIZE, LENS, STRAIGHT, 0.002, lens_measured=True)
        error, sigma = recovered(fit.camera, truth)
        off.append(error[[0, 1, 3]] / sigma[[0, 1, 3]])
    assert (np.abs(off) < 2).mean() >= 0.9
    assert (np.std(off, axis=0) > 0.4).all(), "not blown up either"


def test_a_sheet_printed_at_95_percent_shows_in_the_height_and_the_ruler_corrects_it() -> None:
    truth = camera(-15.0, 0.0, 1.4)
    page = rasterised(sheet_pdf("floor-a3"))[0]
    small = np.full_like(page, 255)
    rows, columns = (np.array(page.shape) * 0.95).astype(int)
    import cv2

    top, left = (page.shape[0] - rows) // 2, (page.shape[1] - columns) // 2
    small[top : top + rows, left : left + columns] = cv2.resize(page, (columns, rows), interpolation=cv2.INTER_AREA)
    picture = picture_of_sheet(truth, small, "a3", (0.1, 2.2))
    heights = []
    for scale in (1.0, 0.95):
        view = find_sheet(picture, scale)
        assert view is not None
        fit = solve_floor([view], SIZE, LENS, STRAIGHT, 0.002, lens_measured=True)
        heights.append(float(fit.camera.centre_m[2]))
    assert heights[0] == pytest.approx(1.4 / 0.95, abs=0.025)
    assert heights[1] == pytest.approx(1.4, abs=0.02)


@pytest.mark.parametrize("sheet", ["a4", "a3"])
def test_a_photograph_of_the_printed_page_gives_the_pose(sheet: str) -> None:
    truth = camera(-17.0, 2.0, 1.5)
    page = rasterised(sheet_pdf(f"floor-{sheet}"))[0]
    view = find_sheet(picture_of_sheet(truth, page, sheet, (0.2, 2.3)))
    assert view is not None
    assert view.sheet == sheet
    error, sigma = recovered(solve_floor([view], SIZE, LENS, STRAIGHT, 0.002, lens_measured=True).camera, truth)
    assert (np.abs(error[[0, 1, 3]]) < 3 * sigma[[0, 1, 3]]).all()
    assert abs(error[0]) < 0.8
    assert abs(error[3]) < 0.03


def test_a_mirrored_picture_is_named_as_such() -> None:
    page = rasterised(sheet_pdf("floor-a3"))[0]
    picture = picture_of_sheet(camera(-17.0, 2.0, 1.5), page, "a3", (0.2, 2.3))
    with pytest.raises(CameraError, match="mirrored"):
        find_sheet(np.ascontiguousarray(picture[:, ::-1]))


@pytest.mark.parametrize("print_scale", [0.95, 0.97, 1.03])
def test_a_poster_tells_by_itself_that_the_printer_scaled_it(print_scale: float) -> None:
    rng = np.random.default_rng(7)
    views = [sheet_view(camera(-15.0, 0.0, 1.4), rng, "poster", 0.2, print_scale) for _ in range(2)]
    with pytest.raises(CameraError, match=f"{100 * print_scale:.0f} % as large"):
        solve_floor(views, SIZE, LENS, STRAIGHT, 0.002, lens_measured=True)


def test_an_empty_floor_shows_no_sheet_and_none_is_refused_with_advice() -> None:
    assert find_sheet(np.full((720, 1280), 128, dtype=np.uint8)) is None
    with pytest.raises(CameraError, match="must lie flat"):
        solve_floor([], SIZE, LENS, STRAIGHT, 0.01, lens_measured=True)


@pytest.mark.parametrize("after", [(-11.0, 3.0, 1.4), (-13.0, 0.0, 1.4), (-15.0, 2.0, 1.4), (-15.0, 0.0, 1.5)])
def test_pictures_from_a_camera_that_moved_between_them_are_refused(after: tuple[float, float, float]) -> None:
    rng = np.random.default_rng(5)
    views = [sheet_view(camera(*pose), rng, "poster", 0.2) for pose in ((-15.0, 0.0, 1.4), after)]
    with pytest.raises(CameraError, match=r"did the camera\s+move"):
        solve_floor(views, SIZE, LENS, STRAIGHT, 0.002, lens_measured=True)


def test_sheets_survive_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "floor.pdf"
    path.write_bytes(sheet_pdf("floor-poster"))
    assert path.read_bytes().startswith(b"%PDF")
