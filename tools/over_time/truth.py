"""What a clip's truth says of a phase, by the program's own definitions: from the joints of every frame."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vision.overtime import Take
from vision.overtime.stillness import held_span
from vision.overtime.sweep import AROUND_S, LIMBS, REST_S, limb_turn_deg, spectral_arc_length
from vision.overtime.walking import Steps, speed_variation, steady_rows, straightness, stride, swing_deg
from vision.phases import Phase
from vision.reconstruct.skeleton import COUNT, PARTS, middle
from vision.types import BoolArray, Drill, FloatArray

KNUCKLES = ("index_mcp", "middle_mcp", "pinky_mcp")


@dataclass(frozen=True)
class Joints:
    """The subject's true joints over time."""

    times_s: FloatArray
    points_m: FloatArray  # (T, 21, 3); ears, nose, heels and toes as the renderer names them

    def between(self, start_s: float, end_s: float) -> BoolArray:
        """(T,) frames between two times."""
        return np.asarray((self.times_s >= start_s - 1e-6) & (self.times_s <= end_s + 1e-6))

    def of(self, part: str, side: str) -> FloatArray:
        """One point (T, 3)."""
        return self.points_m[:, 2 * PARTS.index(part) + ("left", "right").index(side)]


def read_joints(path: Path) -> Joints:
    """The joints of a clip's first person."""
    frames: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["frames"]
    points = np.zeros((len(frames), COUNT, 3))
    for row, frame in enumerate(frames):
        joints = frame["persons"][0]["joints_world"]
        for i, part in enumerate(PARTS):
            for k, side in enumerate(("left", "right")):
                names = KNUCKLES if part == "hand" else ("toe2" if part == "toe" else part,)
                points[row, 2 * i + k] = np.mean([joints[f"{side}_{name}"] for name in names], axis=0)
        points[row, -1] = joints["nose"]
    return Joints(np.array([frame["t"] for frame in frames]), points)


def truth_of(phase: Phase, take: Take, joints: Joints) -> Mapping[str, float | str]:
    """True values of what is measured over a phase."""
    span = held_span(phase, take)
    if phase.drill is Drill.STAND and span is not None:
        return {"sway": _sway_cm(joints, *span), **_rates(joints, "wrist", *span)}
    if phase.drill is Drill.SIT:
        drop = 100 * np.gradient(middle(joints.points_m, "hip")[:, 2], joints.times_s)
        inside = drop[joints.between(phase.start_s, phase.end_s)]
        found = {"hip_descent_speed": float(-inside.min()), "hip_rise_speed": float(inside.max())}
        if span is None:
            return found
        return {**found, **_rates(joints, "ankle", *span), "trunk_turn": _turn_deg(joints, *span)}
    if phase.drill is Drill.BOW:
        return {"feet_shift": _shift_cm(joints, phase)}
    if phase.drill is Drill.GUIDE:
        return _sweep(phase, joints)
    # Nobody runs in the rendered clips.
    return {**_walk(phase, take, joints), "gait": "walk"} if phase.drill is Drill.WALK else {}


def _sway_cm(joints: Joints, start_s: float, end_s: float) -> float:
    hips = middle(joints.points_m[joints.between(start_s, end_s)], "hip")[:, :2]
    return 100 * float(np.sqrt(((hips - hips.mean(axis=0)) ** 2).sum(axis=1).mean()))


def _rates(joints: Joints, part: str, start_s: float, end_s: float) -> dict[str, float]:
    inside = joints.between(start_s, end_s)
    seconds = float(np.ptp(joints.times_s[inside]))
    return {
        f"{part}_path_rate_{side}": 100
        * float(np.linalg.norm(np.diff(joints.of(part, side)[inside], axis=0), axis=1).sum())
        / seconds
        for side in ("left", "right")
    }


def _turn_deg(joints: Joints, start_s: float, end_s: float) -> float:
    line = (joints.of("shoulder", "left") - joints.of("shoulder", "right"))[joints.between(start_s, end_s)]
    return float(np.ptp(np.degrees(np.unwrap(np.arctan2(line[:, 1], line[:, 0])))))


def _shift_cm(joints: Joints, phase: Phase) -> float:
    inside = joints.between(phase.start_s, phase.end_s)
    feet = [joints.of("ankle", side)[inside] for side in ("left", "right")]
    return max(100 * float(np.linalg.norm(foot - foot[0], axis=1).max()) for foot in feet)


def _sweep(phase: Phase, joints: Joints) -> dict[str, float]:
    side = phase.active_side
    if side is None or phase.hold_start_s is None or phase.hold_end_s is None:
        return {}
    before = joints.between(phase.start_s - REST_S, phase.start_s)
    after = joints.between(phase.hold_start_s, phase.hold_end_s)
    way = joints.between(phase.start_s - AROUND_S, phase.hold_start_s + AROUND_S)
    if not before.any() or not after.any():
        return {}
    hand = joints.of("hand", str(side))
    seen = (joints.of("wrist", str(side)) + 2 * hand) / 3
    speed = np.linalg.norm(np.gradient(seen[way], joints.times_s[way], axis=0), axis=1)
    upper, fore = (limb_turn_deg(joints.points_m, before, after, side, *limb) for limb in LIMBS)
    return {
        f"sweep_rise_{side}": 100 * float(np.median(hand[after, 2]) - np.median(hand[before, 2])),
        f"sweep_smooth_{side}": spectral_arc_length(joints.times_s[way], speed),
        f"upper_arm_share_{side}": upper / fore,
    }


def _walk(phase: Phase, take: Take, joints: Joints) -> dict[str, float]:
    rows = steady_rows(phase, take)
    if rows is None:
        return {}
    seconds = take.track.times_s[rows]
    inside = joints.between(float(seconds[0]), float(seconds[-1]))
    times, hips = joints.times_s[inside], middle(joints.points_m[inside], "hip")[:, :2]
    slope = np.polyfit(times, hips, 1)[0]
    speed = float(np.linalg.norm(slope))
    lead = (joints.of("ankle", "left") - joints.of("ankle", "right"))[inside][:, :2] @ (slope / speed)
    found = stride(times, lead)
    if found is None:
        return {}
    hz, swing = found
    steps = Steps(times, np.stack([hips, hips], axis=1), slope / speed, speed, hz, swing)
    variation = speed_variation(steps)
    values = {
        "walk_deviation": 100 * straightness(hips)[0],
        "walk_speed": 100 * speed,
        "cadence": 120 * hz,
        "stride_length": 100 * speed / hz,
        "step_ratio": speed / hz / 2 / take.stature_m,
        **({} if variation is None else {"walk_speed_cv": variation}),
    }
    for side in ("left", "right"):
        arm = (joints.of("elbow", side) - joints.of("shoulder", side))[inside]
        drawn = np.stack([arm[:, :2] @ steps.way, -arm[:, 2]], axis=1)
        values[f"arm_swing_{side}"] = swing_deg(times, drawn, 1.0, hz)
    return values
