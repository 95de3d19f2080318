"""Takes with known boundaries: postures joined by minimum-jerk movements, with noise, offsets and dropouts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from vision.types import Drill, Series

Posture = dict[str, float]
DEG_TRUNK, DEG_LIMB, CM, M = 4.5, 7.5, 3.0, 0.03  # usual noise of one frame
LEG_M, SEATED_M = 0.9, 0.53

_SIDES: Posture = {"arm_trunk_left": 12, "arm_trunk_right": 12, "elbow_left": 166, "elbow_right": 166}
_SIDES |= {"hand_lateral_left": 26, "hand_lateral_right": -26, "hands_gap": 52}
_FOLDED: Posture = {"arm_trunk_left": 27, "arm_trunk_right": 31, "elbow_left": 111, "elbow_right": 117}
_FOLDED |= {"hand_lateral_left": 1, "hand_lateral_right": 0, "hands_gap": 3}
_LEGS: Posture = {
    "hip_left": 174,
    "hip_right": 174,
    "pelvis_z": LEG_M,
    "trunk_flexion": 1.5,
    "pelvis_x": 0,
    "pelvis_y": 0,
}


def stand(hands: str = "folded") -> Posture:
    return _LEGS | (_FOLDED if hands == "folded" else _SIDES)


def bow(depth_deg: float, hands: str = "folded") -> Posture:
    hips = 174 - depth_deg
    return stand(hands) | {"trunk_flexion": 1.5 + depth_deg, "hip_left": hips, "hip_right": hips}


def guide(arm_deg: float, side: str = "right", hands: str = "folded", elbow_deg: float = 174) -> Posture:
    sign = 1 if side == "left" else -1
    outward = 18 + 55 * float(np.sin(np.radians(min(arm_deg, 90))))
    other = "left" if side == "right" else "right"
    posture = stand(hands) | {f"arm_trunk_{side}": arm_deg, f"elbow_{side}": elbow_deg, "trunk_flexion": 3}
    posture[f"hand_lateral_{side}"] = sign * outward
    posture["hands_gap"] = abs(sign * outward - posture[f"hand_lateral_{other}"])
    return posture


def sit(lean_deg: float = 4) -> Posture:
    hip = 92 - lean_deg
    low = {"hip_left": hip, "hip_right": hip, "pelvis_z": SEATED_M, "trunk_flexion": lean_deg, "pelvis_y": 0.35}
    return _LEGS | _FOLDED | low


def minimum_jerk(share: np.ndarray) -> np.ndarray:
    share = np.clip(share, 0, 1)
    return share**3 * (10 - 15 * share + 6 * share**2)


@dataclass
class Take:
    """Build a recording step by step; ``truth`` collects (drill, start, end, hold start, hold end)."""

    seed: int = 0
    rate_hz: float = 25.0
    noise: float = 1.0
    correlated: bool = False
    posture: Posture = field(default_factory=stand)
    keys: list[tuple[float, Posture]] = field(default_factory=list)
    truth: list[tuple[Drill, float, float, float | None, float | None]] = field(default_factory=list)
    walks: list[tuple[float, float, float]] = field(default_factory=list)
    leans: list[tuple[float, float]] = field(default_factory=list)
    now_s: float = 0.0

    def rest(self, seconds: float, drill: Drill | None = Drill.STAND) -> Take:
        """Keep still; counts as ``drill`` unless None."""
        self.keys.append((self.now_s, self.posture))
        if drill is not None:
            end = self.now_s + seconds
            self.truth.append((drill, self.now_s, end, self.now_s, end))
        self.now_s += seconds
        self.keys.append((self.now_s, self.posture))
        return self

    def move(self, posture: Posture, seconds: float) -> Take:
        self.keys.append((self.now_s, self.posture))
        self.now_s += seconds
        self.posture = posture
        self.keys.append((self.now_s, posture))
        return self

    def away_and_back(self, drill: Drill, posture: Posture, out_s: float, hold_s: float, back_s: float) -> Take:
        start, before = self.now_s, self.posture
        self.move(posture, out_s).rest(hold_s, None).move(before, back_s)
        hold = start + out_s
        self.truth.append((drill, start, self.now_s, hold, hold + hold_s))
        return self

    def bow(self, depth_deg: float, out_s: float = 1.0, hold_s: float = 1.0, back_s: float = 1.2) -> Take:
        hands = "folded" if self.posture["hands_gap"] < 10 else "sides"
        return self.away_and_back(Drill.BOW, bow(depth_deg, hands), out_s, hold_s, back_s)

    def guide(self, arm_deg: float, side: str = "right", hold_s: float = 1.6, elbow_deg: float = 174) -> Take:
        hands = "folded" if self.posture["hands_gap"] < 10 else "sides"
        return self.away_and_back(Drill.GUIDE, guide(arm_deg, side, hands, elbow_deg), 1.0, hold_s, 0.9)

    def sit(self, hold_s: float = 2.0, lean_deg: float = 4, rise: bool = False) -> Take:
        start, before = self.now_s, self.posture
        self.leans.append((start, 1.7))
        self.move(sit(lean_deg), 1.7).rest(hold_s, None)
        hold = start + 1.7, start + 1.7 + hold_s
        if rise:
            self.leans.append((self.now_s, 1.5))
            self.move(before, 1.5)
        self.truth.append((Drill.SIT, start, self.now_s, *hold))
        return self

    def walk(self, seconds: float = 3.0, speed_m_s: float = 1.0) -> Take:
        start = self.now_s
        self.rest(seconds, None)
        self.walks.append((start, self.now_s, speed_m_s))
        self.truth.append((Drill.WALK, start, self.now_s, None, None))
        return self

    def series(self, *, without: tuple[str, ...] = (), offset: float = 1.0) -> Series:
        """The measurements with noise, an offset of each channel, and 3 % single dropouts."""
        rng = np.random.default_rng(self.seed)
        times = np.arange(0, self.now_s - 1e-9, 1 / self.rate_hz)
        values = {name: self._channel(times, name) for name in self.posture}
        share = np.clip((values["pelvis_z"] - SEATED_M) / (LEG_M - SEATED_M), 0, 1)
        for name in ("knee_left", "knee_right"):
            values[name] = 180 - 2 * np.degrees(np.arccos(0.725 + (0.9955 - 0.725) * share))
        for start, length in self.leans:  # the trunk leans forward on the way down and up
            lean = 25 * np.sin(np.pi * minimum_jerk((times - start) / length)) ** 2
            values["trunk_flexion"] = values["trunk_flexion"] + lean
            values["hip_left"], values["hip_right"] = values["hip_left"] - lean, values["hip_right"] - lean
        self._add_walks(times, values)
        for name, clean in values.items():
            sigma, bias = self._errors(name)
            out = clean + bias * offset * rng.uniform(-1, 1) + sigma * self.noise * self._noise(rng, len(times))
            out[rng.random(len(times)) < 0.03 * self.noise] = np.nan
            values[name] = out
        return Series(times, {n: v for n, v in values.items() if n not in without})

    def _channel(self, times: np.ndarray, name: str) -> np.ndarray:
        out = np.full(len(times), float(self.keys[0][1][name]))
        for (t0, a), (t1, b) in zip(self.keys[:-1], self.keys[1:], strict=True):
            inside = (times >= t0) & (times <= t1) if t1 > t0 else np.zeros(len(times), dtype=bool)
            out[inside] = a[name] + (b[name] - a[name]) * minimum_jerk((times[inside] - t0) / max(t1 - t0, 1e-9))
        out[times > self.keys[-1][0]] = self.keys[-1][1][name]
        return out

    def _add_walks(self, times: np.ndarray, values: dict[str, np.ndarray]) -> None:
        for start, end, speed in self.walks:
            ramp = 0.55
            pace = np.clip(np.minimum((times - start) / ramp, (end - times) / ramp), 0, 1)
            values["pelvis_x"] = values["pelvis_x"] + np.concatenate(
                [[0], np.cumsum(np.diff(times) * speed * pace[1:])]
            )
            phase = 2 * np.pi * 0.9 * (times - start)
            for side, sign in (("left", 1), ("right", -1)):
                swing = pace * np.sin(phase) * sign
                values[f"knee_{side}"] = values[f"knee_{side}"] - pace * (25 + 18 * np.sin(phase) * sign)
                values[f"hip_{side}"] = values[f"hip_{side}"] - pace * 12 - 12 * swing
                values[f"arm_trunk_{side}"] = values[f"arm_trunk_{side}"] + 20 * np.abs(swing)
            values["trunk_flexion"] = values["trunk_flexion"] + 4.5 * pace

    def _noise(self, rng: np.random.Generator, count: int) -> np.ndarray:
        white = rng.normal(0, 1, count)
        if not self.correlated:
            return white
        keep = np.exp(-1 / (self.rate_hz * 0.12))
        out = white.copy()
        for k in range(1, count):
            out[k] = keep * out[k - 1] + np.sqrt(1 - keep**2) * white[k]
        return 0.5 * out

    @staticmethod
    def _errors(name: str) -> tuple[float, float]:
        """Noise of a frame and largest offset."""
        if name == "trunk_flexion":
            return DEG_TRUNK, 6.0
        if name.startswith(("hand_lateral", "hands_gap")):
            return CM, 2.0
        if name.startswith("pelvis"):
            return M, 0.03
        return DEG_LIMB, 4.0


@pytest.fixture
def new_take() -> type[Take]:
    """The class to build takes with."""
    return Take
