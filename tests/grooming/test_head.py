"""What a portrait says of the head, and when it says nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.grooming.painted import CM, HEIGHT, WIDTH, bare_head, painted
from vision.grooming.classes import Trait
from vision.grooming.face_checks import eye_zone, lower_face
from vision.grooming.head import ALL, SEEN_FROM, measure_head, spread_key
from vision.grooming.learned import FOLDS, learned
from vision.grooming.seen import Facing, Kind, Zone
from vision.grooming.shares import Share
from vision.quantities import quantities
from vision.types import FloatArray, Measurement, Reason


def with_hair(labels: NDArray[np.uint8], down_to: float = 0.214) -> NDArray[np.uint8]:
    """Short hair: everything of the head above a height, in shares of the picture, and the temples."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    temples = (np.abs(x - WIDTH / 2) > 5.1 * CM) & (y < 0.33 * HEIGHT)
    labels[((y < down_to * HEIGHT) | temples) & (labels == Kind.SKIN)] = Kind.HAIR
    return labels


def traits(**odds: float) -> FloatArray:
    """Log odds, -5 where not named."""
    values = np.full(len(Trait), -5.0)
    for name, value in odds.items():
        values[Trait[name]] = value
    return values


def coloured(labels: NDArray[np.uint8], **bgr: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A picture in which skin, hair and the rest have plain colours."""
    image = np.full((*labels.shape, 3), 90, np.uint8)
    image[labels == Kind.SKIN] = bgr.get("skin", (120, 150, 200))
    image[labels == Kind.HAIR] = bgr.get("hair", (25, 28, 32))
    return image


def test_every_measurement_is_a_known_quantity_with_a_value_or_a_reason() -> None:
    labels, zones = bare_head()
    found, regions = measure_head(painted(with_hair(labels), zones))
    assert set(found) == set(ALL)
    assert set(found) <= set(quantities())
    assert all(isinstance(one, Measurement) for one in found.values())
    assert {region.name for region in regions} >= {"hair_forehead", "beard"}


def test_a_free_forehead_passes_and_a_covered_one_fails() -> None:
    labels, zones = bare_head()
    free, _ = measure_head(painted(with_hair(labels.copy()), zones))
    covered, _ = measure_head(painted(with_hair(labels.copy(), 0.40), zones))
    low, high = free["hair_forehead"], covered["hair_forehead"]
    assert isinstance(low.value, float)
    assert isinstance(high.value, float)
    assert low.u is not None
    assert high.u is not None
    assert low.value + low.u < 0.2
    assert high.value - high.u > 0.2


def test_a_hat_or_headscarf_silences_every_hair_check_but_not_the_face() -> None:
    labels, zones = bare_head()
    labels[: round(0.28 * HEIGHT)][labels[: round(0.28 * HEIGHT)] == Kind.SKIN] = Kind.OTHER
    found, _ = measure_head(painted(labels, zones, traits=traits(CLOTH_ON_HEAD=3.0)))
    assert {found[name].reason for name in ALL if name.startswith("hair_") and Facing.FRONT in SEEN_FROM[name]} == {
        Reason.OCCLUDED
    }
    assert found["beard"].reason is not Reason.OCCLUDED


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"brightness": 5.0}, Reason.TOO_DARK),
        ({"head_px": 20.0}, Reason.TOO_SMALL),
        ({"facing_wrong": 0.4}, Reason.WRONG_VIEW),
        ({"sharpness": 0.01}, Reason.TOO_UNCERTAIN),
    ],
)
def test_a_poor_picture_is_not_measured(change: dict[str, float], reason: Reason) -> None:
    labels, zones = bare_head()
    found, _ = measure_head(painted(with_hair(labels), zones, **change))
    assert {found[name].reason for name in ALL if Facing.FRONT in SEEN_FROM[name]} == {reason}


def test_from_in_front_hair_behind_the_shoulders_cannot_be_ruled_out() -> None:
    labels, zones = bare_head()
    front, _ = measure_head(painted(with_hair(labels.copy()), zones, Facing.FRONT))
    back, _ = measure_head(painted(with_hair(labels.copy()), zones, Facing.BACK))
    assert front["hair_below_chin"].reason is Reason.WRONG_VIEW
    assert back["hair_below_chin"].value == pytest.approx(0, abs=0.05)


def test_blue_hair_is_dyed_and_black_brown_and_grey_hair_is_not() -> None:
    labels, zones = bare_head()
    labels = with_hair(labels)
    words = {}
    for name, bgr in {
        "black": (22, 24, 26), "brown": (30, 50, 80), "blond": (90, 140, 175), "grey": (140, 142, 145),
        "blue": (170, 70, 30),
    }.items():  # fmt: skip
        image = coloured(labels, hair=bgr)
        found, _ = measure_head(painted(labels, zones, image_bgr=image))
        words[name] = found["hair_colour"].value
    assert words.pop("blue") == "dyed"
    assert set(words.values()) == {"natural"}


def test_lamp_light_does_not_dye_the_hair() -> None:
    labels, zones = bare_head()
    labels = with_hair(labels)
    image = coloured(labels, hair=(60, 62, 66)).astype(np.float64) * [0.62, 0.9, 1.12]
    found, _ = measure_head(painted(labels, zones, image_bgr=np.clip(image, 0, 255).astype(np.uint8)))
    assert found["hair_colour"].value in ("natural", None)


def test_a_black_and_white_picture_says_nothing_of_colour_or_stubble() -> None:
    labels, zones = bare_head()
    labels = with_hair(labels)
    image = np.repeat(coloured(labels).mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    found, _ = measure_head(painted(labels, zones, image_bgr=image))
    assert found["hair_colour"].value is None
    assert found["beard"].value is None


def test_a_picture_cut_at_the_chin_says_nothing_of_what_is_below() -> None:
    labels, zones = bare_head()
    portrait = painted(with_hair(labels), zones)
    found, _ = measure_head(replace(portrait, image_bgr=portrait.image_bgr[: round(0.5 * HEIGHT) + 3]))
    assert found["beard"].reason is Reason.OUT_OF_FRAME


def test_lower_face_and_eyes_lie_where_they_should() -> None:
    labels, zones = bare_head()
    portrait = painted(labels, zones)
    lower, eyes = lower_face(portrait), eye_zone(portrait)
    assert lower is not None
    assert eyes is not None
    rows = np.flatnonzero(lower.any(axis=1))
    chin = 0.5 * HEIGHT
    assert chin - 8 * CM < rows[0] < rows[-1] < chin + 2 * CM
    assert not (lower & eyes).any()
    assert eyes[:, : WIDTH // 2].sum() == pytest.approx(eyes[:, WIDTH // 2 :].sum(), rel=0.05)


def test_the_two_ears_share_what_was_learned() -> None:
    assert spread_key("hair_ear_left", Facing.LEFT) == spread_key("hair_ear_right", Facing.RIGHT)
    assert spread_key("hair_ear_left", Facing.FRONT) != spread_key("hair_ear_left", Facing.LEFT)


@pytest.mark.parametrize("fold", [None, *range(FOLDS)])
def test_uncertainty_grows_with_doubt_in_every_fold(fold: int | None) -> None:
    known = learned(fold)
    sure, torn = Share(0.0, 0.0, 10.0, 0.0, ()), Share(0.5, 0.8, 10.0, 0.0, ())
    for spread in known.spreads.values():
        assert 0 < spread.u(sure) <= spread.u(torn)


def test_zone_numbers_are_those_of_the_network() -> None:
    assert [zone.name for zone in Zone] == ["FOREHEAD", "EAR_LEFT", "EAR_RIGHT"]
