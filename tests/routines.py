"""Routines of known drills and times, as a camera and the pose network would see them.

A `Script` moves a body of `tests.synthetic` from posture to posture on minimum-jerk courses and writes down what was
performed when. `watched` looks at the moving body through a camera; its landmarks err as on rendered clips: an offset
that stays for the whole recording, a part that changes with the posture, a small jitter, and a lag.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from calibration.camera import Camera
from tests.overtime.moving import RATE_HZ, alike, foot_path
from tests.synthetic import (
    FORWARD,
    STAND,
    UP,
    Posture,
    _knee,
    _pixels,
    _world,
    about_vertical,
    body,
    bone_lengths,
    camera_at,
)
from tests.tracks import seen_throughout
from vision.filtering import smooth_zero_phase
from vision.reconstruct.model import body_model
from vision.reconstruct.skeleton import (
    COUNT,
    DEPTH_BONES,
    LANDMARKS_OF_POINT,
    PARTS,
    middle,
    unit,
)
from vision.series import chosen_frames
from vision.types import FloatArray, Side
from vision.watch import SMOOTHING_HZ, Track

LOWER = [2 * PARTS.index(part) + side for part in ("knee", "ankle", "heel", "toe") for side in (0, 1)]
CARRIED = [i for i in range(COUNT) if i not in LOWER]  # what goes with the hips
CONSTANT, BY_POSTURE = 0.8, 0.5  # shares of the model's spread
JITTER_SHARE, LAG_S = 0.0010, 0.06  # of the body's height in the picture
CADENCE_HZ = 0.9


def s_curve(share: FloatArray) -> FloatArray:
    """Minimum jerk from 0 to 1."""
    x = np.clip(share, 0.0, 1.0)
    return np.asarray(x**3 * (10 - 15 * x + 6 * x**2))


@dataclass(frozen=True)
class Reach:
    """Where a hand is, in the trunk's frame from the own shoulder over the arm's length: outward, forward, up."""

    out: float
    ahead: float
    up: float
    elbow_out: float = 0.6  # the way in which the elbow points, against backwards


HANGING = Reach(0.16, 0.10, -0.93)
FOLDED = Reach(-0.34, 0.24, -0.72)
GIVING = Reach(-0.22, 0.72, -0.36)


def raised(angle_deg: float, turn_deg: float = 10.0, length: float = 0.97) -> Reach:
    """An arm raised from the trunk's downward axis; 0 to the own side, 90 to the front."""
    side = length * np.sin(np.radians(angle_deg))
    turn = np.radians(turn_deg)
    return Reach(side * np.cos(turn), side * np.sin(turn), -length * np.cos(np.radians(angle_deg)), 0.2)


@dataclass(frozen=True)
class Pose:
    """Everything that a script changes. ``drop_m`` and ``back_m`` move the hips; ``step_m`` sets a foot back."""

    flexion_deg: float = 1.0
    left: Reach = HANGING
    right: Reach = HANGING
    drop_m: float = 0.0
    back_m: float = 0.0
    step_m: float = 0.0
    heading_deg: float = 0.0
    x_m: float = 0.0
    y_m: float = 0.0

    def numbers(self) -> FloatArray:
        """All as one row."""
        arms = [(r.out, r.ahead, r.up, r.elbow_out) for r in (self.left, self.right)]
        rest = (self.drop_m, self.back_m, self.step_m, self.heading_deg, self.x_m, self.y_m)
        return np.array([self.flexion_deg, *arms[0], *arms[1], *rest])


@dataclass(frozen=True)
class Part:
    """One drill as performed. ``label``: a drill of the command line, or ``turn``."""

    label: str
    start_s: float
    end_s: float
    hold_s: tuple[float, float] | None = None
    side: Side | None = None


@dataclass
class Script:
    """Built step by step; ``tempo`` stretches every movement."""

    stature_m: float = 1.68
    sex: str = "f"
    tempo: float = 1.0
    pose: Pose = field(default_factory=Pose)
    now_s: float = 0.0
    keys: list[tuple[float, Pose]] = field(default_factory=list)
    truth: list[Part] = field(default_factory=list)
    walks: list[tuple[float, float, float]] = field(default_factory=list)
    leans: list[tuple[float, float, float]] = field(default_factory=list)
    _rested_s: float | None = None

    def rest(self, seconds: float) -> Script:
        """Keep still; adds up to one standing with what else is no drill."""
        self._rested_s = self.now_s if self._rested_s is None else self._rested_s
        return self._stay(seconds)

    def change(self, pose: Pose, seconds: float = 0.8) -> Script:
        """A movement that is no drill, such as folding the hands."""
        self._rested_s = self.now_s if self._rested_s is None else self._rested_s
        return self._go(pose, seconds)

    def fold(self) -> Script:
        """Fold the hands before the abdomen."""
        return self.change(replace(self.pose, left=FOLDED, right=FOLDED))

    def bow(self, depth_deg: float = 15.0, hold_s: float = 1.0, down_s: float = 1.0, up_s: float = 1.2) -> Script:
        """Bow and come up."""
        return self._away("bow", replace(self.pose, flexion_deg=1.0 + depth_deg), down_s, hold_s, up_s)

    def guide(
        self, angle_deg: float = 45.0, side: Side = Side.RIGHT, hold_s: float = 1.5, out_s: float = 1.0
    ) -> Script:
        """Point the way with one arm."""
        arm = raised(angle_deg)
        pose = replace(self.pose, left=arm) if side is Side.LEFT else replace(self.pose, right=arm)
        return self._away("guide", pose, out_s, hold_s, out_s * 0.95, side)

    def hand_over(self, hold_s: float = 1.2, lean_deg: float = 8.0, out_s: float = 0.9) -> Script:
        """Hold something out with both hands."""
        pose = replace(self.pose, left=GIVING, right=GIVING, flexion_deg=lean_deg)
        return self._away("hand_over", pose, out_s, hold_s, out_s)

    def squat(self, hold_s: float = 1.5, drop_m: float = 0.50, step_m: float = 0.32) -> Script:
        """The high-low squat: one foot behind, its knee down."""
        pose = replace(self.pose, drop_m=drop_m, back_m=0.16, step_m=step_m, left=FOLDED, right=FOLDED)
        return self._away("squat", pose, 1.5, hold_s, 1.4)

    def sit(self, hold_s: float = 2.0, *, rise: bool = True, lean_deg: float = 3.0) -> Script:
        """Sit down, and rise again."""
        before, start = self.pose, self._begin()
        seated = replace(before, drop_m=0.35, back_m=0.38, flexion_deg=lean_deg, left=FOLDED, right=FOLDED)
        self._leaning(self.now_s, 1.6)
        self._go(seated, 1.6)
        hold = self.now_s
        self._stay(hold_s)
        held = self.now_s
        if rise:
            self._leaning(self.now_s, 1.5)
            self._go(before, 1.5)
        self.truth.append(Part("sit", start, self.now_s, (hold, held)))
        return self

    def seated(self, seconds: float) -> Script:
        """The recording begins on the chair; rise at once after ``seconds``."""
        before = self.pose
        self.pose = replace(before, drop_m=0.35, back_m=0.38, flexion_deg=3.0, left=FOLDED, right=FOLDED)
        self._stay(seconds)
        held = self.now_s
        self._leaning(self.now_s, 1.5)
        self._go(before, 1.5)
        self.truth.append(Part("sit", 0.0, self.now_s, (0.0, held)))
        return self

    def walk(self, metres: float = 1.8, speed_m_s: float = 1.0) -> Script:
        """Walk ahead."""
        start = self._begin()
        seconds = metres / speed_m_s + 0.5
        way = about_vertical(self.pose.heading_deg) @ FORWARD * metres
        self.walks.append((self.now_s, self.now_s + seconds, speed_m_s))
        self.keys.append((self.now_s, self.pose))
        self.pose = replace(self.pose, x_m=self.pose.x_m + way[0], y_m=self.pose.y_m + way[1])
        self.now_s += seconds
        self.keys.append((self.now_s, self.pose))
        self.truth.append(Part("walk", start, self.now_s))
        return self

    def turn(self, angle_deg: float, seconds: float = 1.2) -> Script:
        """Turn on the spot, to the own left +."""
        start = self._begin()
        self._go(replace(self.pose, heading_deg=self.pose.heading_deg + angle_deg), seconds)
        self.truth.append(Part("turn", start, self.now_s))
        return self

    def finished(self) -> Script:
        """Close the standing that the recording ends with."""
        self._begin()
        return self

    def _begin(self) -> float:
        if self._rested_s is not None and self.now_s > self._rested_s:
            self.truth.append(Part("stand", self._rested_s, self.now_s, (self._rested_s, self.now_s)))
        self._rested_s = None
        return self.now_s

    def _away(
        self, label: str, pose: Pose, out_s: float, hold_s: float, back_s: float, side: Side | None = None
    ) -> Script:
        before, start = self.pose, self._begin()
        self._go(pose, out_s)
        hold = self.now_s
        self._stay(hold_s)
        held = self.now_s
        self._go(before, back_s)
        self.truth.append(Part(label, start, self.now_s, (hold, held), side))
        return self

    def _leaning(self, start_s: float, seconds: float) -> None:
        self.leans.append((start_s, seconds * self.tempo, 24.0))

    def _stay(self, seconds: float) -> Script:
        self.keys.append((self.now_s, self.pose))
        self.now_s += seconds
        self.keys.append((self.now_s, self.pose))
        return self

    def _go(self, pose: Pose, seconds: float) -> Script:
        self.keys.append((self.now_s, self.pose))
        self.now_s += seconds * self.tempo
        self.pose = pose
        self.keys.append((self.now_s, pose))
        return self

    def rows(self) -> FloatArray:
        """The numbers of the pose at `RATE_HZ` (T, N)."""
        times = np.arange(round(self.now_s * RATE_HZ)) / RATE_HZ
        rows = _courses(times, self.keys, self.walks)
        for start, length, depth in self.leans:
            rows[:, 0] += depth * np.sin(np.pi * s_curve((times - start) / length)) ** 2
        return rows

    def bodies(self) -> FloatArray:
        """The person at `RATE_HZ`: (T, 21, 3)."""
        rows = self.rows()
        times = np.arange(len(rows)) / RATE_HZ
        stance = replace(STAND, stature_m=self.stature_m, sex=self.sex)
        gait = _gait(times, self.walks)
        return np.array([_posed(stance, row, step) for row, step in zip(rows, gait, strict=True)])


def _courses(times: FloatArray, keys: list[tuple[float, Pose]], walks: list[tuple[float, float, float]]) -> FloatArray:
    """The numbers of a `Pose` over time (T, N)."""
    rows = np.tile(keys[0][1].numbers(), (len(times), 1))
    for (t0, first), (t1, second) in pairwise(keys):
        inside = (times >= t0 - 1e-9) & (times <= t1 + 1e-9)
        if t1 <= t0 or not inside.any():
            continue
        share = s_curve((times[inside] - t0) / (t1 - t0))
        if any(abs(t0 - start) < 1e-9 and abs(t1 - end) < 1e-9 for start, end, _ in walks):
            pace = _pace(times[inside], t0, t1)
            share = np.cumsum(pace) / pace.sum()
        a, b = first.numbers(), second.numbers()
        rows[inside] = a + share[:, None] * (b - a)
    rows[times > keys[-1][0]] = keys[-1][1].numbers()
    return rows


def _pace(times: FloatArray, start_s: float, end_s: float) -> FloatArray:
    """Share of full speed, which is reached and left within half a second."""
    return np.asarray(np.clip(np.minimum((times - start_s) / 0.5, (end_s - times) / 0.5), 0.0, 1.0))


def _gait(times: FloatArray, walks: list[tuple[float, float, float]]) -> FloatArray:
    """Lead and lift of the left and right foot (T, 4), metres."""
    out = np.zeros((len(times), 4))
    for start, end, speed in walks:
        pace = _pace(times, start, end) * ((times >= start) & (times <= end))
        cycle = np.cumsum(pace) / RATE_HZ * CADENCE_HZ
        for side, phase in ((0, 0.0), (1, 0.5)):
            lead, lift = foot_path((cycle + 0.3 + phase) % 1.0, speed / CADENCE_HZ)
            out[:, side] += pace * lead
            out[:, 2 + side] += pace * lift
    return out


@lru_cache(maxsize=4096)
def _bent(stance: Posture, flexion_deg: float) -> FloatArray:
    return body(replace(stance, flexion_deg=flexion_deg))


def _posed(stance: Posture, row: FloatArray, gait: FloatArray) -> FloatArray:
    """The points (21, 3) of one row of numbers."""
    flexion, arms, (drop, back, step, heading, x, y) = row[0], (row[1:5], row[5:9]), row[9:]
    points = _bent(stance, round(float(flexion), 1)).copy()
    bones = bone_lengths(stance, body_model())
    points[CARRIED] -= np.array([0.0, 0.0, drop]) + back * FORWARD
    for side in (0, 1):
        lead, lift = gait[side], gait[2 + side]
        foot = [2 * PARTS.index(part) + side for part in ("ankle", "heel", "toe")]
        points[foot] += lead * FORWARD + lift * UP
        if side == 1 and step > 0:
            points[foot] -= step * FORWARD
            points[foot[:2]] += 0.4 * step * UP
        _reach_foot(points, bones, side)
        _reach_hand(points, bones, side, arms[side])
    return np.asarray(points @ about_vertical(heading).T + np.array([x, y, 0.0]))


def _reach_foot(points: FloatArray, bones: dict[str, float], side: int) -> None:
    """Put the knee between hip and ankle; who steps out of reach stands a little lower."""
    hip, ankle = (2 * PARTS.index(part) + side for part in ("hip", "ankle"))
    longest = 0.998 * (bones["thigh"] + bones["shank"])
    short = float(np.linalg.norm(points[ankle] - points[hip])) - longest
    if short > 0:
        flat = float(np.linalg.norm((points[ankle] - points[hip])[:2]))
        points[CARRIED, 2] -= points[hip, 2] - points[ankle, 2] - np.sqrt(longest**2 - flat**2)
    points[2 * PARTS.index("knee") + side] = _knee(points[hip], points[ankle], bones["thigh"], bones["shank"])


def _reach_hand(points: FloatArray, bones: dict[str, float], side: int, arm: FloatArray) -> None:
    """Elbow, wrist and hand of an arm that reaches for a place in the trunk's frame."""
    up = unit(middle(points, "shoulder") - middle(points, "hip"))
    left = unit(points[2 * PARTS.index("shoulder")] - points[2 * PARTS.index("shoulder") + 1])
    out, ahead = (left if side == 0 else -left), np.cross(left, up)
    shoulder = points[2 * PARTS.index("shoulder") + side]
    upper, fore = bones["upper_arm"], bones["forearm"]
    way = (arm[0] * out + arm[1] * ahead + arm[2] * up) * (upper + fore)
    reach = min(float(np.linalg.norm(way)), 0.998 * (upper + fore))
    line = unit(way)
    share = (upper**2 - fore**2 + reach**2) / (2 * reach)
    hint = arm[3] * out - ahead - 0.3 * up
    bend = unit(hint - line * (hint @ line))
    elbow = shoulder + share * line + np.sqrt(max(upper**2 - share**2, 0.0)) * bend
    wrist = shoulder + reach * line
    hand = wrist + bones["hand"] * unit(wrist - elbow)
    for part, place in (("elbow", elbow), ("wrist", wrist), ("hand", hand)):
        points[2 * PARTS.index(part) + side] = place


def watched(script: Script, camera: Camera, seed: int = 0, noise: float = 1.0) -> Track:
    """The track that the pose network would give of a finished script."""
    rng = np.random.default_rng(seed)
    model, points = body_model(), script.bodies()
    late = round(LAG_S * RATE_HZ * min(noise, 1.0))
    points = points[np.maximum(np.arange(len(points)) - late, 0)]
    count = len(points)
    times = np.arange(count) / RATE_HZ
    looks = [_pixels(body_m, script.stature_m, camera, model) for body_m in points]
    pixels, scale = np.array([p for p, _ in looks]), np.array([s for _, s in looks])
    spread = np.stack([model.sigma_along, model.sigma_across], axis=1)
    pixels = pixels + noise * scale[..., None] * (
        spread * (CONSTANT * rng.normal(size=(COUNT, 2)) + BY_POSTURE * by_posture(rng, script.rows(), (COUNT, 2)))
        + JITTER_SHARE * alike(rng, (count, COUNT, 2))
    )
    pixels = smooth_zero_phase(times, pixels, SMOOTHING_HZ)
    landmarks = np.repeat(pixels[:, -1:], 33, axis=1)
    for index, ids in enumerate(LANDMARKS_OF_POINT):
        landmarks[:, list(ids)] = pixels[:, index : index + 1]
    landmarks[:, 21:23] = landmarks[:, 15:17]
    track = seen_throughout(times, landmarks, camera.image_size)
    bones = len(DEPTH_BONES)
    depth = noise * (CONSTANT * rng.normal(size=bones) + BY_POSTURE * by_posture(rng, script.rows(), (bones,)))
    world = track.world_m.copy()
    for i in chosen_frames(track):
        world[i] = _world(points[i], script.stature_m, camera, model, depth[i])
    return replace(track, world_m=world)


def by_posture(rng: np.random.Generator, rows: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Errors (T, ...) of unit variance that are another in another posture, and the same in the same one."""
    usual = np.array([20.0, *([0.5] * 8), 0.3, 0.3, 0.3, 60.0, 1.0, 1.0])
    waves = rng.normal(size=(rows.shape[1], int(np.prod(shape))))
    turn = rng.uniform(0, 2 * np.pi, waves.shape[1])
    return np.asarray(np.sqrt(2) * np.sin(rows / usual @ waves + turn)).reshape(len(rows), *shape)


ENDINGS = ("bow", "guide", "hand_over", "squat", "sit", "turn", "walk")


def random_script(seed: int) -> tuple[Script, Camera]:
    """Three to six drills in any order, tempo and view, with pauses and repeats, all of it in the picture."""
    rng = np.random.default_rng(seed)
    while True:
        script, camera = _drawn(rng)
        points = script.bodies()
        seen = points @ camera.rotation_cam_from_floor.T + camera.translation_m
        pixels = seen[..., :2] / seen[..., 2:] * camera.focal_px + np.array(camera.image_size) / 2
        inside = (pixels > 10) & (pixels < np.array(camera.image_size) - 10)
        if (seen[..., 2] > 1.5).all() and inside.all():
            return script, camera


def _drawn(rng: np.random.Generator) -> tuple[Script, Camera]:
    azimuth = float(rng.choice([0.0, 18.0, -20.0, 40.0, -45.0, 85.0, -90.0]))
    sex = str(rng.choice(["f", "m"]))
    stature = float(rng.normal(1.60 if sex == "f" else 1.72, 0.05))
    script = Script(stature, sex, float(rng.uniform(0.75, 1.35)))
    kinds = [str(kind) for kind in rng.choice(ENDINGS, size=int(rng.integers(3, 7)))]
    if rng.random() < 0.5:  # a repeat
        kinds.insert(1, kinds[0])
    walks = "walk" in kinds
    if walks:
        script.pose = replace(script.pose, y_m=float(rng.uniform(0.8, 1.6)))
    if rng.random() < 0.15:
        script.seated(float(rng.uniform(1.0, 2.0)))
    script.rest(float(rng.uniform(0.8, 2.0)))
    for kind in kinds:
        if rng.random() < 0.4 and script.pose.left is HANGING:
            script.fold().rest(0.5)
        _perform(script, kind, rng)
        script.rest(float(rng.uniform(0.6, 2.5)))
    camera = camera_at(
        azimuth, distance_m=float(rng.uniform(3.0, 4.0)) + 1.2 * walks, height_m=float(rng.uniform(1.1, 1.5))
    )
    return script.finished(), camera


def _perform(script: Script, kind: str, rng: np.random.Generator) -> None:
    hold = float(rng.uniform(0.7, 2.2))
    if kind == "bow":
        script.bow(float(rng.choice([12.0, 15.0, 20.0, 30.0, 45.0])), hold)
    elif kind == "guide":
        script.guide(float(rng.choice([35.0, 45.0, 60.0, 85.0])), Side(str(rng.choice(["left", "right"]))), hold)
    elif kind == "hand_over":
        script.hand_over(hold)
    elif kind == "squat":
        script.squat(hold)
    elif kind == "sit":
        script.sit(hold + 0.5)
    elif kind == "turn":
        sign = 1.0 if script.pose.heading_deg < 0 else -1.0
        script.turn(sign * float(rng.choice([45.0, 60.0, 90.0])), float(rng.uniform(0.9, 1.5)))
    else:
        script.walk(float(rng.uniform(1.2, 2.0)), float(rng.uniform(0.7, 1.2)))
