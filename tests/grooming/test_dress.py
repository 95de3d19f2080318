from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.grooming.drawn import Dress, portrait
from vision.grooming.cells import CHANNELS, COLUMNS_CM, ROWS_CM, colour_cells
from vision.grooming.decide import Torsos
from vision.grooming.dress import NAMES, dress_model, measure_dress, unlike
from vision.grooming.seen import Facing, Portrait
from vision.types import FloatArray, Reason


def cells(given: Portrait) -> FloatArray:
    torso = Torsos.of(given)
    assert torso is not None
    return colour_cells(given, torso)


def channels(given: Portrait) -> FloatArray:
    return cells(given).reshape(CHANNELS, len(ROWS_CM), len(COLUMNS_CM))


def test_cells_hardly_change_with_a_mirrored_picture() -> None:
    given = portrait(Dress(badge=None))
    assert given.landmarks_px is not None
    width = given.size_wh[0]
    marks = given.landmarks_px * [-1, 1] + [width, 0]
    marks[[11, 12]] = marks[[12, 11]]
    mirrored = replace(given, image_bgr=np.ascontiguousarray(given.image_bgr[:, ::-1]), landmarks_px=marks)
    assert np.abs(channels(mirrored) - channels(given))[[0, 1, 3]].mean() < 0.05


def test_cells_do_not_ask_for_the_coats_colour() -> None:
    dark, brown = (channels(portrait(Dress(badge=None, jacket=colour))) for colour in ((40, 40, 40), (30, 40, 60)))
    assert np.abs(dark - brown)[[0, 1, 3]].mean() < 0.15


def test_a_tie_shows_where_it_hangs() -> None:
    bare, tied = (channels(portrait(Dress(badge=None, tie=tie)))[1] for tie in (False, True))
    chest = (ROWS_CM >= 0) & (ROWS_CM < 12)
    assert (tied - bare)[chest][:, 1].mean() > 0.5
    assert np.abs(tied - bare)[ROWS_CM > 22].max() < 0.1


def test_a_picture_unlike_those_learned_on_is_not_judged() -> None:
    given = portrait()
    noise = np.random.default_rng(0).integers(0, 255, (45, 35, 3)).astype(np.uint8)
    wild = replace(given, image_bgr=np.asarray(cv2.resize(noise, given.size_wh, interpolation=cv2.INTER_NEAREST)))
    assert unlike(dress_model(), cells(wild)) > dress_model().farthest
    assert {one.reason for one in measure_dress(wild)[0].values()} == {Reason.TOO_UNCERTAIN}


@pytest.mark.parametrize("facing", [Facing.LEFT, Facing.RIGHT, Facing.BACK])
def test_dress_is_read_from_in_front(facing: Facing) -> None:
    found = measure_dress(portrait(facing=facing))[0]
    assert set(found) == set(NAMES)
    assert {one.reason for one in found.values()} == {Reason.WRONG_VIEW}


def test_what_is_cut_off_is_out_of_frame_not_missing() -> None:
    given = portrait()
    cut = replace(given, image_bgr=given.image_bgr[: round(given.size_wh[1] * 0.6)])
    reasons = {measure_dress(cut)[0][name].reason for name in ("coat_front",)}
    assert reasons <= {Reason.OUT_OF_FRAME, Reason.TOO_UNCERTAIN}
