"""Shares of hair are recovered from painted heads whose shares are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.grooming.painted import CM, HEIGHT, WIDTH, bare_head, marks, painted
from vision.grooming.seen import Facing, Kind, Mark, Zone
from vision.grooming.shares import below_chin, brow_share, collar_share, zone_share


@pytest.mark.parametrize("covered", [0.0, 0.25, 0.5, 1.0])
def test_the_hidden_share_of_the_forehead_is_recovered(covered: float) -> None:
    labels, zones = bare_head()
    rows = np.flatnonzero(zones[..., Zone.FOREHEAD].any(axis=1))
    labels[rows[0] : rows[0] + round(covered * len(rows))] = Kind.HAIR
    share = zone_share(painted(labels, zones), Zone.FOREHEAD)
    assert share is not None
    assert share.value == pytest.approx(covered, abs=0.06)
    assert share.doubt == pytest.approx(0, abs=0.01)


def test_the_area_of_a_region_is_in_square_centimetres() -> None:
    labels, zones = bare_head()
    share = zone_share(painted(labels, zones), Zone.FOREHEAD)
    assert share is not None
    assert share.area_cm2 == pytest.approx(zones[..., Zone.FOREHEAD].sum() / CM**2, rel=0.02)


def test_an_ear_that_is_not_there_has_no_share() -> None:
    labels, zones = bare_head()
    assert zone_share(painted(labels, np.zeros_like(zones)), Zone.EAR_LEFT) is None


def test_cloth_over_the_ear_is_covered_and_not_hair() -> None:
    labels, zones = bare_head()
    labels[zones[..., Zone.EAR_LEFT] > 0] = Kind.OTHER
    share = zone_share(painted(labels, zones), Zone.EAR_LEFT)
    assert share is not None
    assert share.covered > 0.9
    assert share.value < 0.05


@pytest.mark.parametrize("length_cm", [0.0, 3.0, 5.0, 12.0])
def test_hair_below_the_chin_is_measured_down_to_the_shoulders(length_cm: float) -> None:
    labels, zones = bare_head()
    hang(labels, length_cm)
    share = below_chin(painted(labels, zones, Facing.BACK))
    assert share is not None
    assert share.value == pytest.approx(np.clip((length_cm - 1) / 8, 0, 1), abs=0.08)


def test_from_in_front_nothing_is_said_of_hair_below_the_chin_which_may_be_a_beard_or_hidden() -> None:
    labels, zones = bare_head()
    hang(labels, 9.0)
    assert below_chin(painted(labels, zones, Facing.FRONT)) is None


def test_from_the_side_a_beard_is_not_hair_behind_the_neck_but_long_hair_is() -> None:
    labels, zones = bare_head()
    chin, middle = round(0.5 * HEIGHT), WIDTH // 2
    bearded = labels.copy()
    bearded[chin - round(3 * CM) : chin + round(5 * CM), middle - round(7 * CM) : middle - round(1 * CM)] = Kind.HAIR
    forward = marks()
    forward[Mark.CHIN] = (middle - 5 * CM, 0.5 * HEIGHT)
    beard = below_chin(painted(bearded, zones, Facing.LEFT, marks_px=forward))
    labels[chin - 20 : chin + round(9 * CM), middle + round(3 * CM) : middle + round(7 * CM)] = Kind.HAIR
    long = below_chin(painted(labels, zones, Facing.LEFT, marks_px=forward))
    assert beard is not None
    assert long is not None
    assert beard.value < 0.05
    assert long.value > 0.9


@pytest.mark.parametrize(("gap_cm", "touching"), [(3.0, False), (1.5, False), (0.0, True)])
def test_a_patch_of_neck_taken_for_a_shirt_does_not_raise_the_collar_to_the_hair(gap_cm: float, touching: bool) -> None:
    labels, zones = bare_head()
    middle, chin = WIDTH // 2, round(0.5 * HEIGHT)
    collar = int(np.flatnonzero(labels[chin:, middle] == Kind.TOP)[0]) + chin
    lowest = collar - round(gap_cm * CM)
    beside = slice(middle - round(6 * CM), middle + round(6 * CM))
    labels[chin - 20 : lowest, beside] = Kind.HAIR
    labels[lowest : lowest + round(0.4 * gap_cm * CM), beside] = Kind.SHIRT
    share = collar_share(painted(labels, zones, Facing.BACK))
    assert share is not None
    assert (share.value > 0.5) is touching


def test_a_stray_pixel_of_cloth_under_short_hair_is_no_collar() -> None:
    labels, zones = bare_head()
    chin = round(0.5 * HEIGHT)
    labels[chin - 40 : chin - 8] = np.where(labels[chin - 40 : chin - 8] == Kind.SKIN, Kind.HAIR, Kind.BACKGROUND)
    labels[chin - 8] = Kind.TOP
    short = collar_share(painted(labels, zones, Facing.BACK))
    assert short is not None
    assert short.value < 0.05


def test_hair_on_the_collar_counts_only_where_it_reaches_the_cloth() -> None:
    labels, zones = bare_head()
    free = collar_share(painted(labels, zones, Facing.BACK))
    hang(labels, 30.0)
    hanging = collar_share(painted(labels, zones, Facing.BACK))
    assert free is not None
    assert hanging is not None
    assert free.value < 0.05
    assert hanging.value > 0.9


def test_the_collar_is_not_seen_from_in_front() -> None:
    labels, zones = bare_head()
    assert collar_share(painted(labels, zones, Facing.FRONT)) is None


def test_brows_need_the_face_mesh() -> None:
    labels, zones = bare_head()
    portrait = painted(labels, zones)
    assert brow_share(replace(portrait, face_px=None)) is None


def test_shares_do_not_depend_on_the_size_of_the_picture() -> None:
    labels, zones = bare_head()
    labels[: round(0.28 * HEIGHT)] = np.where(labels[: round(0.28 * HEIGHT)] == Kind.SKIN, Kind.HAIR, Kind.BACKGROUND)
    small = zone_share(painted(labels, zones), Zone.FOREHEAD)
    large = zone_share(painted(labels, zones, zoom=3.0), Zone.FOREHEAD)
    assert small is not None
    assert large is not None
    assert large.value == pytest.approx(small.value, abs=1e-6)
    assert large.area_cm2 == pytest.approx(small.area_cm2, rel=1e-6)


def hang(labels: NDArray[np.uint8], length_cm: float) -> None:
    """Hair down to a length below the chin, wider than the neck."""
    chin, middle = round(0.5 * HEIGHT), WIDTH // 2
    if length_cm > 0:
        labels[chin - 20 : chin + round(length_cm * CM), middle - round(6 * CM) : middle + round(6 * CM)] = Kind.HAIR
