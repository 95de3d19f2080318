"""What a clause needs to be seen: from where, with which camera file, against which reference.

The table (`vision/data/views.json`, made by ``tools/make_views.py``) says for every drill, quantity and view how often
a number was given on recordings of known truth, and its u. Nothing here is decreed but what a quantity is defined
against (a seat, a neutral).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from vision.measures.correction import shared_name
from vision.standard.rules import Decided, Pack, PackClause, Rule
from vision.types import Clause, Drill, View

VIEWS = (View.FRONT, View.OBLIQUE, View.SIDE)
USUAL_SHARE, RARE_SHARE = 0.5, 0.2  # of the recordings in which a number was given
WITHOUT_SHARE = 0.8  # a camera file is asked for when without one fewer than this share of the numbers is left
WIDER = 1.5  # or when u is wider by this factor


class Need(StrEnum):
    """What a recording must bring beside the view."""

    CAMERA = "camera"  # a camera file
    SEAT = "seat"  # a camera file with the seat in it
    UPRIGHT = "upright"  # upright standing in the same recording, or a neutral file
    NEUTRAL = "neutral"  # a neutral file
    NEAR = "near"  # a face large in the picture
    BEFORE = "before"  # the movement from its beginning
    AFTER = "after"  # the movement to its end
    OTHER = "other"  # the customer in the picture


AGAINST: Mapping[str, Need] = {
    "bow_angle": Need.UPRIGHT,
    "neck_line_change": Need.UPRIGHT,
    "smile": Need.NEUTRAL,
    "seat_depth_used": Need.SEAT,
    "ankle_behind_seat": Need.SEAT,
    "hip_rise_speed": Need.AFTER,
    **dict.fromkeys(("people_distance", "escort_ahead", "escort_left"), Need.OTHER),
    **dict.fromkeys(
        ("sweep_rise", "sweep_smooth", "upper_arm_share", "hip_descent_speed", "entry_side", "feet_shift",
         "bow_down_s", "bow_up_s", "bow_hold_s", "bow_up_ratio"),
        Need.BEFORE,
    ),
}  # fmt: skip
FACES = frozenset({"smile"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A quantity from one view with a known camera: how many recordings, share with a number, median u of those."""

    count: int
    share: float
    u: float

    @property
    def usual(self) -> bool:
        """Whether this view serves."""
        return self.share >= USUAL_SHARE

    @property
    def rare(self) -> bool:
        """Whether it serves now and then only."""
        return RARE_SHARE <= self.share < USUAL_SHARE


@dataclass(frozen=True, slots=True)
class RuleNeeds:
    """One rule of a clause in one drill; ``by_view`` lacks views from which it was never tried."""

    clause: Clause
    clause_id: str
    drill: Drill
    rule: Rule
    quantity: str  # without side
    by_view: Mapping[View, Seen]
    needs: tuple[Need, ...]

    @property
    def best(self) -> View | None:
        """The view with the smallest u among those that serve; None when none does."""
        serving = {view: seen for view, seen in self.by_view.items() if seen.usual}
        return min(serving, key=lambda view: serving[view].u) if serving else None


Table = Mapping[str, Mapping[str, Mapping[str, Mapping[str, list[float]]]]]


@cache
def views_table() -> Table:
    """The shipped table: drill -> quantity -> view -> camera -> [how many, share measured, median u]."""
    table: Table = json.loads(resources.files("vision").joinpath("data/views.json").read_text(encoding="utf-8"))
    return table


def viewing(pack: Pack, table: Table | None = None) -> tuple[RuleNeeds, ...]:
    """What every measured rule of a pack needs, drill by drill, in the pack's order."""
    known = views_table() if table is None else table
    return tuple(
        _needs(clause, drill, rule, known)
        for drill in Drill
        for clause in pack.clauses
        if clause.decided is Decided.MEASURED and drill in clause.drills
        for rule in clause.rules
    )


def _needs(clause: PackClause, drill: Drill, rule: Rule, table: Table) -> RuleNeeds:
    quantity = shared_name(rule.quantity.replace("_{side}", ""))
    cells = table.get(str(drill), {}).get(quantity, {})
    by_view = {view: _seen(cells[view]["known"]) for view in VIEWS if "known" in cells.get(view, {})}
    needs = []
    if quantity in AGAINST:
        needs.append(AGAINST[quantity])
    if quantity in FACES:
        needs.append(Need.NEAR)
    if Need.SEAT not in needs and _wants_camera(cells):
        needs.append(Need.CAMERA)
    return RuleNeeds(clause.clause, clause.id, drill, rule, quantity, by_view, tuple(needs))


def _seen(numbers: list[float]) -> Seen:
    return Seen(int(numbers[0]), numbers[1], numbers[2])


def _wants_camera(cells: Mapping[str, Mapping[str, list[float]]]) -> bool:
    """Whether numbers get lost or vague without a camera file, over the views that serve with one."""
    for view in VIEWS:
        both = cells.get(view, {})
        if "known" not in both or not _seen(both["known"]).usual:
            continue
        known, assumed = _seen(both["known"]), _seen(both.get("assumed", [0.0, 0.0, 0.0]))
        if assumed.share < WITHOUT_SHARE * known.share or assumed.u > WIDER * known.u:
            return True
    return False
