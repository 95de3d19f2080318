from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from vision.grooming.seen import Facing, Mark, Portrait, class_map_from_labels
from vision.grooming.whole import measure_whole
from vision.landmarks import Landmark as L
from vision.types import Measurement, Reason

SUIT, SKIN = (60, 55, 50), (120, 150, 200)
PLACES = {
    L.LEFT_SHOULDER: (240, 120), L.LEFT_ELBOW: (262, 210), L.LEFT_WRIST: (270, 290), L.LEFT_INDEX: (272, 322),
    L.LEFT_HIP: (220, 300), L.LEFT_KNEE: (222, 430), L.LEFT_ANKLE: (222, 540), L.LEFT_HEEL: (222, 552),
    L.LEFT_FOOT_INDEX: (240, 575),
}  # fmt: skip
MIRRORED = {
    L.LEFT_SHOULDER: L.RIGHT_SHOULDER, L.LEFT_ELBOW: L.RIGHT_ELBOW, L.LEFT_WRIST: L.RIGHT_WRIST,
    L.LEFT_INDEX: L.RIGHT_INDEX, L.LEFT_HIP: L.RIGHT_HIP, L.LEFT_KNEE: L.RIGHT_KNEE, L.LEFT_ANKLE: L.RIGHT_ANKLE,
    L.LEFT_HEEL: L.RIGHT_HEEL, L.LEFT_FOOT_INDEX: L.RIGHT_FOOT_INDEX,
}  # fmt: skip
Colour = tuple[int, int, int]


def figure(
    *, forearm: Colour = SUIT, shin: Colour = SUIT, shoe: Colour = (20, 20, 20), hand: Colour = SKIN
) -> Portrait:
    """A person from in front, drawn with thick lines."""
    picture = np.full((600, 400, 3), 170, np.uint8)
    marks = np.full((33, 2), 200.0)
    for mark, (x, y) in PLACES.items():
        marks[mark], marks[MIRRORED[mark]] = (x, y), (400 - x, y)

    def limb(first: L, second: L, colour: Colour) -> None:
        for a, b in ((first, second), (MIRRORED[first], MIRRORED[second])):
            cv2.line(picture, *(tuple(int(v) for v in marks[m]) for m in (a, b)), colour, 22)

    limb(L.LEFT_SHOULDER, L.LEFT_ELBOW, SUIT)
    limb(L.LEFT_HIP, L.LEFT_KNEE, SUIT)
    limb(L.LEFT_KNEE, L.LEFT_ANKLE, shin)
    limb(L.LEFT_HEEL, L.LEFT_FOOT_INDEX, shoe)
    limb(L.LEFT_WRIST, L.LEFT_INDEX, hand)
    limb(L.LEFT_ELBOW, L.LEFT_WRIST, forearm)
    return Portrait(
        image_bgr=picture,
        facing=Facing.FRONT,
        facing_wrong=0.01,
        body=class_map_from_labels(np.zeros((6, 4), np.uint8), 0.01),
        head=None,
        landmarks_px=marks,
        visibility=np.ones(33),
        face_px=None,
        marks_px=np.full((len(Mark), 2), np.nan),
        px_per_cm=3.0,
        px_per_cm_sigma_rel=0.04,
        brightness=100.0,
        sharpness=1.0,
    )


def found(given: Portrait) -> dict[str, Measurement]:
    return measure_whole(given)[0]


@pytest.mark.parametrize(("shoe", "word"), [((15, 15, 15), "dark"), ((35, 30, 40), "dark"), ((210, 210, 215), "light")])
def test_shoes_are_dark_or_light(shoe: Colour, word: str) -> None:
    assert found(figure(shoe=shoe))["shoe_tone"].value == word


def test_shoes_between_dark_and_light_are_left_undecided() -> None:
    assert found(figure(shoe=(90, 90, 90)))["shoe_tone"].reason is Reason.TOO_UNCERTAIN


@pytest.mark.parametrize(("forearm", "word"), [(SUIT, "long"), (SKIN, "short")])
def test_sleeves_cover_the_forearm_or_not(forearm: Colour, word: str) -> None:
    assert found(figure(forearm=forearm))["sleeves"].value == word


@pytest.mark.parametrize(("shin", "word"), [(SUIT, "long"), (SKIN, "short")])
def test_trousers_cover_the_shin_or_not(shin: Colour, word: str) -> None:
    assert found(figure(shin=shin))["trousers"].value == word


def test_gloves_in_the_colour_of_the_sleeve_leave_it_open() -> None:
    assert found(figure(hand=SUIT))["sleeves"].reason is Reason.TOO_UNCERTAIN


def test_feet_outside_the_picture_are_out_of_frame() -> None:
    given = figure()
    cut = replace(given, image_bgr=given.image_bgr[:520])
    assert found(cut)["shoe_tone"].reason is Reason.OUT_OF_FRAME
    assert found(cut)["trousers"].reason is Reason.OUT_OF_FRAME
    assert found(cut)["sleeves"].value == "long"


def test_a_back_is_not_asked() -> None:
    reasons = {one.reason for one in found(replace(figure(), facing=Facing.BACK)).values()}
    assert reasons == {Reason.WRONG_VIEW}
