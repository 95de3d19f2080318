"""The table of what was learned: it undoes its own offsets, its u grows with sigma, views and names find their row."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.measures.correction import (
    GROUPS,
    Correction,
    corrected,
    shared_name,
    table_from_dict,
    table_key,
    view_group,
    view_of,
)
from vision.quantities import quantities
from vision.reconstruct.model import body_model
from vision.types import View

TABLE = table_from_dict(body_model().corrections)
ROWS = [(name, group) for name in sorted(TABLE) for group in GROUPS]
positive = st.floats(0.0, 100.0)


@pytest.mark.parametrize(("name", "group"), ROWS)
def test_a_reading_with_its_offset_is_corrected_to_the_true_value(name: str, group: str) -> None:
    row = TABLE[name][group]
    spread = max(row.knots[-1] - row.knots[0], 1.0)
    true = np.linspace(row.knots[0] - spread / 2, row.knots[-1] + spread / 2, 41)
    read = true + np.interp(true, row.knots, row.offsets)
    assert row.true_value(read) == pytest.approx(true, abs=1e-9 * spread)


@pytest.mark.parametrize(("name", "group"), ROWS)
def test_a_larger_reading_means_a_larger_value(name: str, group: str) -> None:
    row = TABLE[name][group]
    spread = max(row.knots[-1] - row.knots[0], 1.0)
    values = row.true_value(np.linspace(row.knots[0] - spread, row.knots[-1] + spread, 200))
    assert (np.diff(values) > 0).all()


@pytest.mark.parametrize(("name", "group"), ROWS)
def test_learned_numbers_are_those_of_a_spread(name: str, group: str) -> None:
    row = TABLE[name][group]
    assert (np.diff(row.knots) > 0).all()
    assert (np.diff(np.add(row.knots, row.offsets)) > 0).all()  # else a reading has several true values
    assert len(row.knots) == len(row.offsets)
    assert row.factor > 0
    assert row.floor > 0
    assert math.isfinite(sum(row.offsets))


def test_every_row_is_that_of_a_measure() -> None:
    known = {shared_name(name) for name in quantities()} | {"hand_forward"}
    assert {name.removesuffix(".bent").removesuffix(".bow") for name in TABLE} <= known


@pytest.mark.parametrize(
    ("name", "joint", "straight", "bent"),
    [
        ("knee_left", "knee_left", "knee", "knee.bent"),
        ("knee_right", "knee_right", "knee", "knee.bent"),
        ("arm_trunk_right", "elbow_right", "arm_trunk", "arm_trunk.bent"),
        ("hip_left", "knee_left", "hip", "hip"),
        ("v_angle", "knee_left", "v_angle", "v_angle"),
    ],
)
def test_a_bent_joint_has_a_row_of_its_own_side(name: str, joint: str, straight: str, bent: str) -> None:
    read = {f"{part}_{side}": np.array([170.0, 170.0]) for part in ("knee", "elbow") for side in ("left", "right")}
    assert table_key(name, read) == straight
    read[joint] = np.array([170.0, 85.0])
    assert table_key(name, read) == straight
    assert table_key(name, read, 1) == bent
    assert {straight, bent} <= set(TABLE)


def test_a_bent_knee_is_known_less_well_than_a_straight_one() -> None:
    for group in GROUPS:
        assert TABLE["knee.bent"][group].sigma(2.0) > TABLE["knee"][group].sigma(2.0)


@given(positive, positive, positive)
def test_u_grows_with_sigma_and_with_ambiguity(sigma: float, more: float, ambiguity: float) -> None:
    row = Correction((0.0, 10.0), (1.0, 1.0), 0.8, 0.5)
    assert row.sigma(sigma + more, ambiguity) >= row.sigma(sigma, ambiguity)
    assert row.sigma(sigma, ambiguity + more) >= row.sigma(sigma, ambiguity)
    assert row.sigma(sigma, ambiguity) >= max(row.floor, ambiguity, 0.8 * sigma) * (1 - 1e-12)


def test_u_is_two_standard_deviations() -> None:
    table = {"knee": {"side": Correction((0.0, 100.0), (0.0, 10.0), 2.0, 0.0)}}
    assert corrected(table, "knee", "side", 55.0, 3.0, 0.0) == pytest.approx((50.0, 12.0), abs=1e-6)


def test_with_the_assumed_camera_its_own_trust_holds() -> None:
    table = {"knee": {"side": Correction((0.0, 1.0), (0.0, 0.0), 1.0, 0.0, 3.0, 0.0)}}
    assert corrected(table, "knee", "side", 5.0, 1.0, 0.0) == pytest.approx((5.0, 2.0))
    assert corrected(table, "knee", "side", 5.0, 1.0, 0.0, assumed=True) == pytest.approx((5.0, 6.0))


@pytest.mark.parametrize(("value", "sigma"), [(float("nan"), 1.0), (1.0, float("inf")), (float("inf"), 1.0)])
def test_what_is_no_number_is_not_corrected(value: float, sigma: float) -> None:
    table = {"knee": {"side": Correction((0.0, 1.0), (0.0, 0.0), 1.0, 0.0)}}
    assert corrected(table, "knee", "side", value, sigma, 0.0) is None


def test_nothing_is_said_of_what_was_not_learned() -> None:
    assert corrected({}, "knee", "side", 1.0, 1.0, 0.0) is None
    assert corrected(TABLE, "no_such_measure", "front", 1.0, 1.0, 0.0) is None


@given(st.floats(-180.0, 180.0))
def test_views_are_the_same_from_the_left_and_from_the_right(azimuth: float) -> None:
    assert view_group(azimuth) == view_group(-azimuth)
    assert view_of(azimuth) is view_of(-azimuth)


@pytest.mark.parametrize(
    ("azimuth", "view"),
    [(0, View.FRONT), (24.9, View.FRONT), (-26, View.OBLIQUE), (64, View.OBLIQUE), (90, View.SIDE), (-116, View.BACK),
     (180, View.BACK)],
)  # fmt: skip
def test_the_word_for_a_view_is_that_of_the_contract(azimuth: float, view: View) -> None:
    assert view_of(azimuth) is view


def test_groups_follow_each_other_from_the_front_to_the_side() -> None:
    order = [GROUPS.index(view_group(azimuth)) for azimuth in range(0, 116, 5)]
    assert order == sorted(order)
    assert set(order) == set(range(len(GROUPS)))


def test_left_and_right_share_a_name() -> None:
    assert shared_name("knee_left") == shared_name("knee_right") == "knee"
    assert shared_name("v_angle") == "v_angle"
