"""From held-out readings beside the truth: the correction of every measure by view, and how far sigma is trusted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from vision.measures.correction import GROUPS, Correction

# Truth that hardly varies in the set cannot teach a gain: a slope would only pull every reading to the mean.
LEAST_TRUTH_SPREAD = {"deg": 4.0, "cm": 4.0, "1": 0.15}
WORTH_MORE = 0.95  # a less simple correction has to bring the mean held-out error below this share
OFFSET_PRIOR, BEND_PRIOR = 2.0, 4.0  # as many imaginary rows that say "no correction", "a straight line"
STEEPEST = 0.4
GROUP_PRIOR = 10.0  # rows of all views that a view's own spread is mixed with
COVERAGE = 0.955
# A normal error exceeds 1.3 u in one case of 100; a heavier tail would make confident wrong verdicts.
TAIL_COVERAGE, TAIL_U = 0.99, 1.3
FEW_GUESSES = 1.35
SITTING, LEAST_SITTING = "sit", 15  # rows of a view from which sitters have a say of their own
FREE, FREE_SHARE = "free", 0.25  # postures of no drill teach what bodies may look like; clauses do not judge them
# Positive to the person's left on both sides: one offset for both hands would spoil one of them.
LEFT_POSITIVE = ("hand_lateral",)
# Measures that sitters are read worse in without a camera file: of the legs, which they hold towards the camera, and
# the lean to a side (given from the side, too, it covered 60 %).
WORSE_SEATED = {
    "ankle_behind_seat",
    "ankles_apart",
    "foot_yaw",
    "hand_knee",
    "heel_arch_gap",
    "heel_dist",
    "heel_gap",
    "hip",
    "knee",
    "knee_gap",
    "knee_height_diff",
    "seat_depth_used",
    "shank_vertical",
    "stance_ratio",
    "thigh_horizontal",
    "toe_dist",
    "toe_gap",
    "trunk_lateral",
    "v_angle",
    "wrist_thigh",
}
MOST_CAREFUL = 30  # fewer rows than this ask for no more care than this many

Row = dict[str, Any]


def knots_of(rows: list[Row], least_spread: float) -> np.ndarray:
    """True values between which offsets are learned: one where the truth hardly varies, else two to four."""
    true = np.array([r["true"] for r in rows])
    low, high = np.quantile(true, [0.02, 0.98])
    if np.std(true) < least_spread:
        return np.array([float(np.median(true))])
    return np.linspace(low, high, 2 if high - low < 8 * least_spread else 4)


def _hats(true: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Weights (N, K) of linear interpolation between knots, constant outside."""
    return np.stack([np.interp(true, knots, np.eye(len(knots))[k]) for k in range(len(knots))], axis=1)


def offsets_of(rows: list[Row], knots: np.ndarray) -> np.ndarray:
    """Offsets (K,) of value - true, Huber weights, drawn to 0 and to straight lines."""
    value, true = (np.array([r[key] for r in rows]) for key in ("value", "true"))
    design, error = _hats(true, knots), value - true
    prior = OFFSET_PRIOR * np.eye(len(knots))
    if len(knots) > 2:
        bend = np.diff(np.eye(len(knots)), n=2, axis=0)
        prior = prior + BEND_PRIOR * bend.T @ bend
    own = np.array([r["importance"] for r in rows])
    weight, solution = own, np.zeros(len(knots))
    for _ in range(10):
        weighted = design * weight[:, None]
        solution = np.linalg.solve(weighted.T @ design + prior, weighted.T @ error)
        rest = np.abs(error - design @ solution)
        robust = 1.4826 * np.median(rest) + 1e-9
        weight = own * np.minimum(1.0, 2.5 * robust / np.maximum(rest, 1e-12))
    return _gentle(solution, knots)


def _by_name(rows: list[Row]) -> dict[str, list[Row]]:
    table: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        table[row["name"]].append(row)
    return table


def _gentle(offsets: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Offsets whose slope stays within `STEEPEST`: steeper ones would magnify noise more than they correct."""
    result = offsets.copy()
    middle = len(knots) // 2
    for k in range(middle + 1, len(knots)):
        step = STEEPEST * (knots[k] - knots[k - 1])
        result[k] = np.clip(result[k], result[k - 1] - step, result[k - 1] + step)
    for k in range(middle - 1, -1, -1):
        step = STEEPEST * (knots[k + 1] - knots[k])
        result[k] = np.clip(result[k], result[k + 1] - step, result[k + 1] + step)
    return result


@dataclass(frozen=True)
class Kind:
    """A kind of correction: none at all, one offset, or offsets at every knot."""

    name: str
    knots: np.ndarray

    def offsets(self, rows: list[Row], count: int) -> np.ndarray:
        """Offsets (count,) learned from rows; those of fewer knots are repeated."""
        if self.name == "none" or not rows:
            return np.zeros(count)
        return np.broadcast_to(offsets_of(rows, self.knots), (count,)).copy()


def kinds_of(knots: np.ndarray, name: str) -> list[Kind]:
    """The kinds to choose from, the simplest first."""
    middle = np.array([float(np.median(knots))])
    if name in LEFT_POSITIVE:
        return [Kind("none", middle)]
    kinds = [Kind("none", middle), Kind("offset", middle)]
    return kinds if len(knots) == 1 else [*kinds, Kind("offsets", knots)]


def held_out_errors(rows: list[Row], knots: np.ndarray, kind: Kind, teachers: list[Row] | None = None) -> np.ndarray:
    """Errors (N,) of rows of one view after a correction learned on the other people (from ``teachers`` if given)."""
    taught = rows if teachers is None else teachers
    errors = np.zeros(len(rows))
    for identity in {r["identity"] for r in rows}:
        offsets = kind.offsets([r for r in taught if r["identity"] != identity], len(knots))
        row = Correction(tuple(knots), tuple(offsets), 1.0, 0.0)
        for i, r in enumerate(rows):
            if r["identity"] == identity:
                errors[i] = float(row.true_value(r["value"])) - r["true"]
    return errors


def chosen_kind(rows: list[Row], knots: np.ndarray, name: str) -> Kind:
    """The simplest kind of correction that is not clearly worse on people held out."""
    weight = [r["importance"] for r in rows]
    best, least = None, np.inf
    for kind in kinds_of(knots, name):
        error = float(np.average(np.abs(held_out_errors(rows, knots, kind)), weights=weight))
        if best is None or error < WORTH_MORE * least:
            best, least = kind, error
    assert best is not None
    return best


def _trust(rows: list[Row], error: np.ndarray) -> dict[str, tuple[float, float]]:
    """Factor on sigma and floor of sigma per view, so that 2 sigma covers `COVERAGE` of held-out cases.

    Every view has its own factor: what goes wrong from the side says little of the front. All rows of the other views
    together count like `GROUP_PRIOR` of its own.
    """
    sigma, ambiguity, weight = (np.array([r[key] for r in rows]) for key in ("sigma", "ambiguity", "importance"))
    group = np.array([r["group"] for r in rows])
    plain = np.where(np.array([r["family"] for r in rows]) == FREE, FREE_SHARE, 1.0)
    weight = weight * plain
    floor = 0.5 * float(np.median(np.abs(error)))
    known = np.hypot(ambiguity, floor)
    trust = {}
    for name in GROUPS:
        own = group == name
        mixed, every = (
            np.where(own, each, each * min(1.0, GROUP_PRIOR / max(float(each[~own].sum()), 1e-9)))
            for each in (weight, plain)
        )
        level = min(1.0, COVERAGE * (1 + 1 / max(int(own.sum()), MOST_CAREFUL)))
        trust[name] = (_factor(np.abs(error), sigma, known, (mixed, every), level), floor)
    return trust


def _careful(
    trust: dict[str, tuple[float, float]], rows: list[Row], error: np.ndarray
) -> dict[str, tuple[float, float]]:
    """Factors at least as large as those who sit need by themselves, and more: without a floor their legs are read
    otherwise, and one wrong guess at the camera spoils all of a picture, so that few guesses stand behind many rows.
    """
    sits = np.array([r["family"] == SITTING for r in rows])
    if sits.sum() < MOST_CAREFUL:
        return trust
    own = _trust([r for r, s in zip(rows, sits, strict=True) if s], error[sits])
    many = {g for g in GROUPS if sum(r["group"] == g for r, s in zip(rows, sits, strict=True) if s) >= LEAST_SITTING}
    return {
        g: (max(factor, FEW_GUESSES * own[g][0]) if g in many else factor, floor)
        for g, (factor, floor) in trust.items()
    }


def _factor(
    error: np.ndarray, sigma: np.ndarray, known: np.ndarray, weights: tuple[np.ndarray, np.ndarray], level: float
) -> float:
    """Smallest factor at which u = 2 sigma covers the wanted share, and `TAIL_U` times it nearly all.

    ``weights``: by importance for the first, every picture alike for the second.
    """
    low, high = 0.2, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        u = 2 * np.sqrt((middle * sigma) ** 2 + known**2)
        covers = np.average(error <= u, weights=weights[0]) >= level
        covers_tail = np.average(error <= TAIL_U * u, weights=weights[1]) >= TAIL_COVERAGE
        low, high = (low, middle) if covers and covers_tail else (middle, high)
    return high


def corrections(rows: list[Row], assumed: list[Row], units: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Name -> knots, and view -> offsets, factor, floor (for the assumed camera, too); and rows of the page."""
    by_name, without = _by_name(rows), _by_name(assumed)
    table: dict[str, Any] = {}
    lines: list[str] = []
    for name, own in sorted(by_name.items()):
        plain = name.removesuffix(".bent").removesuffix(".bow")
        knots = knots_of(own, LEAST_TRUTH_SPREAD.get(units.get(plain, "1"), 0.15))
        views = {group: [r for r in own if r["group"] == group] for group in GROUPS}
        kinds = {group: chosen_kind(mine or own, knots, name) for group, mine in views.items()}
        ordered, error = _errors_by_view(own, knots, kinds)
        trust = _trust(ordered, error)
        trust_blind = trust
        if name in without:
            blind, blind_error = _errors_by_view(without[name], knots, kinds, own)
            trust_blind = _trust(blind, blind_error)
            if plain in WORSE_SEATED:
                trust_blind = _careful(trust_blind, blind, blind_error)
        table[name] = {"knots": knots.round(4).tolist()}
        for group in GROUPS:
            offsets = kinds[group].offsets(views[group] or own, len(knots))
            factor, floor = trust[group]
            table[name][group] = {
                "offsets": offsets.round(4).tolist(),
                "factor": round(factor, 4),
                "floor": round(floor, 4),
                "factor_assumed": round(trust_blind[group][0], 4),
                "floor_assumed": round(trust_blind[group][1], 4),
            }
            line = _summary(name, ordered, error, group, factor, floor, kinds[group].name)
            lines += [] if line is None else [line]
    return table, lines


def _errors_by_view(
    rows: list[Row],
    knots: np.ndarray,
    kinds: dict[str, Kind],
    teachers: list[Row] | None = None,
) -> tuple[list[Row], np.ndarray]:
    """The rows view by view, and their held-out errors with the kind of correction of their view."""
    ordered: list[Row] = []
    errors = []
    for group in GROUPS:
        mine = [r for r in rows if r["group"] == group]
        taught = None if teachers is None else [r for r in teachers if r["group"] == group]
        ordered += mine
        errors.append(held_out_errors(mine, knots, kinds[group], taught))
    return ordered, np.concatenate(errors)


def _summary(
    name: str, rows: list[Row], error: np.ndarray, group: str, factor: float, floor: float, kind: str
) -> str | None:
    """Held-out mean error, coverage and median u as a row of the page; None where nothing was seen."""
    mine = [i for i, r in enumerate(rows) if r["group"] == group]
    if not mine:
        return None
    u = np.array([2 * np.sqrt((factor * rows[i]["sigma"]) ** 2 + rows[i]["ambiguity"] ** 2 + floor**2) for i in mine])
    e = np.abs(error[mine])
    covered = f"{100 * np.mean(e <= u):.0f} %"
    cells = [name, group.replace("_", " "), len(mine), f"{e.mean():.3g}", covered, f"{np.median(u):.3g}", kind]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
