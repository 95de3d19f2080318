"""What a clause needs is read off the measured table: views that serve, camera files, references."""

from __future__ import annotations

import pytest

from vision.quantities import quantities
from vision.standard import Decided, load_pack
from vision.types import Drill, View
from vision.viewing import Need, RuleNeeds, Table, viewing, views_table

TABLE: Table = {
    "stand": {
        "v_angle": {
            "front": {"known": [60.0, 1.0, 7.0], "assumed": [60.0, 1.0, 8.0]},
            "oblique": {"known": [50.0, 0.9, 10.0], "assumed": [50.0, 0.85, 11.0]},
            "side": {"known": [14.0, 0.3, 24.0], "assumed": [14.0, 0.1, 25.0]},
        },
        "trunk_lateral": {
            "front": {"known": [60.0, 1.0, 2.0], "assumed": [60.0, 1.0, 4.0]},
            "side": {"known": [14.0, 0.0, 0.0], "assumed": [14.0, 0.0, 0.0]},
        },
    },
}


def row(pack: str, rule: str, drill: Drill = Drill.STAND, table: Table | None = TABLE) -> RuleNeeds:
    return next(one for one in viewing(load_pack(pack), table) if one.rule.id == rule and one.drill is drill)


def test_the_view_with_the_smallest_u_is_best_and_a_rare_one_never() -> None:
    found = row("T2", "stand.feet_v.angle")
    assert found.best is View.FRONT
    assert found.by_view[View.OBLIQUE].usual
    assert found.by_view[View.SIDE].rare
    assert found.needs == ()


def test_a_number_that_is_vague_without_a_camera_file_asks_for_one() -> None:
    assert row("T2", "stand.upright.sideways").needs == (Need.CAMERA,)


def test_a_view_that_was_never_tried_is_not_in_the_table() -> None:
    assert View.OBLIQUE not in row("T2", "stand.upright.sideways").by_view


def test_what_a_quantity_is_defined_against_is_asked_for() -> None:
    assert row("T1", "bow.angle", Drill.BOW).needs == (Need.UPRIGHT,)
    assert row("T2", "face.smile").needs == (Need.NEUTRAL, Need.NEAR)
    assert Need.SEAT in row("T2", "sit.depth_shallow", Drill.SIT).needs
    assert Need.BEFORE in row("T1", "guide.sweep.smooth", Drill.GUIDE).needs


@pytest.mark.parametrize("name", ["telecom", "T1", "T2", "U1", "I1", "U2"])
def test_every_measured_rule_of_every_drill_is_there(name: str) -> None:
    pack = load_pack(name)
    expected = {
        (clause.id, str(drill), rule.id)
        for clause in pack.clauses
        if clause.decided is Decided.MEASURED
        for drill in clause.drills
        for rule in clause.rules
    }
    assert {(one.clause_id, str(one.drill), one.rule.id) for one in viewing(pack)} == expected


def test_the_shipped_table_speaks_of_known_drills_and_quantities() -> None:
    names = {name.removesuffix("_left").removesuffix("_right") for name in quantities()}
    for drill, cells in views_table().items():
        assert drill in set(Drill)
        assert set(cells) <= names | {"hand_forward"}


def test_the_headline_clauses_have_a_view_that_serves() -> None:
    telecom = load_pack("telecom")
    for rule, drill in (
        ("stand.feet_v.angle", Drill.STAND),
        ("bow.angle", Drill.BOW),
        ("guide.arm_angle", Drill.GUIDE),
        ("sit.depth_shallow", Drill.SIT),
        ("walk.straight", Drill.WALK),
    ):
        found = next(one for one in viewing(telecom) if one.rule.id == rule and one.drill is drill)
        assert found.best is not None, rule
