"""A smile is what a mouth adds to its own rest: known widenings and lifts come back, turned and small faces abstain."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from vision.measures.head_pose import HeadSource, _model
from vision.measures.mouth import (
    CLEAR_LIFT,
    CLEAR_WIDENING,
    CORNERS,
    EYES,
    MESH_GAIN,
    Mouth,
    NeutralMouth,
    mean_mouth,
    measure_smile,
    mouth_of,
)
from vision.standard import load_pack
from vision.standard.evaluate import judge
from vision.types import Drill, FloatArray, Measurement, Reason, Subject, Verdict

EYES_PX = 140.0


def face(smile: float = 0.0, turn_deg: float = 0.0, nod_deg: float = 0.0, eyes_px: float = EYES_PX) -> Mouth:
    """The mean face, smiling by ``smile``, as a camera far away and the mesh see it."""
    points = np.array(_model()[HeadSource.MESH]["template"], dtype=np.float64)
    eyes = abs(points[EYES[1], 1] - points[EYES[0], 1])
    for corner in CORNERS:
        points[corner, 1] += np.sign(points[corner, 1]) * MESH_GAIN * smile * CLEAR_WIDENING / 2 * eyes
        points[corner, 2] += MESH_GAIN * smile * CLEAR_LIFT * eyes
    turn = cv2.Rodrigues(np.radians([0.0, 0.0, turn_deg]))[0] @ cv2.Rodrigues(np.radians([0.0, nod_deg, 0.0]))[0]
    seen = points @ turn.T * (eyes_px / eyes)
    pixels = seen[:, 1:] * [1.0, -1.0]
    found = mouth_of(_with_iris(pixels), _with_iris(-seen[:, 0]), abs(turn_deg))
    assert found is not None
    return found


def _with_iris(values: FloatArray) -> FloatArray:
    return np.concatenate([values, np.repeat(values[:1], 10, axis=0)])


def neutral(mouth: Mouth) -> NeutralMouth:
    return NeutralMouth(mouth.width, mouth.height, mouth.width_sigma, mouth.height_sigma)


def verdict(found: Measurement) -> Verdict:
    checks = judge(load_pack("T2"), Drill.STAND, {"smile": found}, Subject(), None)
    return next(check.verdict for check in checks if check.rule == "face.smile")


@pytest.mark.parametrize("smile", [-0.5, 0.0, 0.5, 1.0, 1.6])
@pytest.mark.parametrize("turn_deg", [-20.0, 0.0, 20.0])
@pytest.mark.parametrize("nod_deg", [-12.0, 0.0, 15.0])
def test_a_known_smile_comes_back_however_the_head_is_held(smile: float, turn_deg: float, nod_deg: float) -> None:
    found = measure_smile(face(smile, turn_deg, nod_deg), neutral(face()))
    assert found.value == pytest.approx(smile, abs=0.1)


def test_a_clear_smile_passes_and_the_own_neutral_face_fails_near_the_camera() -> None:
    rest = neutral(face())
    assert verdict(measure_smile(face(1.0), rest)) is Verdict.PASS
    assert verdict(measure_smile(face(0.0), rest)) is Verdict.FAIL


def test_moving_away_widens_u_and_never_turns_a_pass_into_a_fail() -> None:
    rest = neutral(face())
    u = []
    for eyes_px in (140.0, 60.0, 35.0):
        found = measure_smile(face(1.0, eyes_px=eyes_px), rest)
        assert found.u is not None
        u.append(found.u)
        assert verdict(found) is not Verdict.FAIL
    assert u == sorted(u)


def test_a_mouth_that_is_wide_by_nature_is_no_smile() -> None:
    wide = replace(face(), width=face().width + 0.1)
    assert measure_smile(wide, neutral(wide)).value == pytest.approx(0.0)


def test_without_a_neutral_face_there_is_no_number() -> None:
    assert measure_smile(face(1.0), None).reason is Reason.NO_NEUTRAL


def test_no_face_a_turned_and_a_small_one_abstain() -> None:
    rest = neutral(face())
    assert measure_smile(None, rest).reason is Reason.OCCLUDED
    assert measure_smile(face(1.0, 40.0), rest).reason is Reason.WRONG_VIEW
    assert measure_smile(face(1.0, eyes_px=12.0), rest).reason is Reason.TOO_SMALL


def test_u_is_what_the_noise_of_the_mesh_makes_of_it() -> None:
    rng = np.random.default_rng(0)
    own = face()
    values = []
    for _ in range(400):
        noise = rng.normal(size=4) * [own.width_sigma, own.height_sigma, own.width_sigma, own.height_sigma]
        at_rest = replace(own, width=own.width + noise[0], height=own.height + noise[1])
        now = replace(own, width=own.width + noise[2], height=own.height + noise[3])
        values.append(measure_smile(now, neutral(at_rest)).value)
    u = measure_smile(own, neutral(own)).u
    assert u == pytest.approx(2 * np.std(np.array(values, dtype=float)), rel=0.1)


def test_several_looks_are_averaged() -> None:
    mean = mean_mouth([face(0.0), face(1.0)])
    assert mean is not None
    assert measure_smile(mean, neutral(face())).value == pytest.approx(0.5, abs=0.05)
    assert mean_mouth([]) is None
