"""Pictures unlike those learned on: the head says less, or nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.grooming.painted import CHIN_Y, CM, WIDTH, bare_head, painted
from vision.grooming.head import judge_reading, read_head
from vision.grooming.learned import learned
from vision.grooming.seen import ClassMap, Kind, Portrait
from vision.grooming.trust import CHEEKS_AND_NOSE, MAX_CONFUSION, USUAL_CONFUSION, confusion, skin_on_face
from vision.types import Reason


def with_mesh(given: Portrait) -> Portrait:
    """A face mesh whose cheeks and nose lie in the middle of the face."""
    mesh = np.full((478, 2), (WIDTH / 2, CHIN_Y - 8 * CM))
    mesh[list(CHEEKS_AND_NOSE)] += np.linspace(-2, 2, len(CHEEKS_AND_NOSE))[:, None] * CM
    return replace(given, face_px=mesh)


def blurred(given: Portrait, likeliest: float) -> Portrait:
    """The same classes, each only as probable as ``likeliest``."""
    seen = given.body
    others = (1 - likeliest) / (len(Kind) - 1)
    probability = np.where(seen.probability > 0.5, likeliest, others).astype(np.float32)
    unsure = ClassMap(probability, seen.zones.copy(), np.zeros(2), seen.scale)
    return replace(given, body=unsure, head=unsure)


def test_skin_is_expected_where_the_mesh_has_cheeks_and_nose() -> None:
    labels, zones = bare_head()
    assert skin_on_face(painted(labels, zones)) is None
    assert skin_on_face(with_mesh(painted(labels, zones))) == pytest.approx(1.0)
    labels[labels == Kind.SKIN] = Kind.HAIR
    assert skin_on_face(with_mesh(painted(labels, zones))) == pytest.approx(0.0)


def test_a_face_read_as_hair_silences_the_head() -> None:
    labels, zones = bare_head()
    labels[labels == Kind.SKIN] = Kind.HAIR
    portrait = with_mesh(painted(labels, zones))
    found = judge_reading(portrait, read_head(portrait), learned())
    assert [one.value for one in found.values()] == [None] * len(found)
    assert found["beard"].reason is Reason.TOO_UNCERTAIN


def test_a_map_that_is_sure_of_nothing_silences_the_head() -> None:
    labels, zones = bare_head()
    portrait = blurred(painted(labels, zones), 1 - MAX_CONFUSION - 0.05)
    assert confusion(portrait) > MAX_CONFUSION
    found = judge_reading(portrait, read_head(portrait), learned())
    assert {one.value for one in found.values()} == {None}


def test_the_less_usual_the_picture_the_larger_the_uncertainty() -> None:
    labels, zones = bare_head()
    portrait = blurred(painted(labels, zones), 0.98)
    reading = read_head(portrait)
    usual = judge_reading(portrait, reading, learned())["hair_forehead"].u
    unusual = judge_reading(portrait, replace(reading, confusion=1.2 * USUAL_CONFUSION), learned())["hair_forehead"].u
    assert usual is not None
    assert unusual == pytest.approx(1.2 * usual)
