"""People who move, as a camera and the networks would see them.

Bodies of `tests.synthetic` are put into motion and projected. The landmarks get what was seen on rendered clips: noise
that is alike from frame to frame, and a lag; the fitted bodies get errors along the line of sight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from calibration.camera import Camera, project
from tests.synthetic import FORWARD, LEFT, STAND, Posture, body
from tests.tracks import seen_throughout
from vision.filtering import smooth_zero_phase
from vision.overtime import Take
from vision.phases import Phase
from vision.reconstruct.skeleton import COUNT, LANDMARKS_OF_POINT, PARTS, middle
from vision.series import BodySeries
from vision.types import Drill, FloatArray, Series, Side
from vision.watch import SMOOTHING_HZ

RATE_HZ, FITTED_EVERY = 25.0, 3
JITTER_SHARE = 0.0008  # of the body's height in the picture, per axis
MEMORY_S = 0.3
LAG_S = 0.1
MIRROR = [2 * i + (1 - side) for i in range(len(PARTS)) for side in range(2)] + [COUNT - 1]


@dataclass(frozen=True)
class Noise:
    """``jitter`` 1 is what rendered clips show; ``depth_share`` is of the distance, swinging with ``depth_hz`` too.

    ``depth_gain``: how much of a movement towards the camera and back the fitted bodies follow.
    """

    jitter: float = 1.0
    depth_share: float = 0.003
    depth_hz: float = 0.0
    depth_gain: float = 1.0
    lag_s: float = LAG_S


CLEAN = Noise(0.0, 0.0, lag_s=0.0)


def times_of(seconds: float) -> FloatArray:
    """Times of frames (T,)."""
    return np.arange(round(seconds * RATE_HZ) + 1) / RATE_HZ


def alike(rng: np.random.Generator, shape: tuple[int, ...], memory_s: float = MEMORY_S) -> FloatArray:
    """Noise (T, ...) of unit variance that forgets itself in ``memory_s``."""
    keep = np.exp(-1.0 / (RATE_HZ * memory_s))
    out = rng.normal(size=shape)
    for k in range(1, shape[0]):
        out[k] = keep * out[k - 1] + np.sqrt(1 - keep**2) * out[k]
    return out


def take_of(
    points_m: FloatArray, camera: Camera, noise: Noise = CLEAN, seed: int = 0, stature_m: float = STAND.stature_m
) -> Take:
    """The take of bodies (T, 21, 3) at `RATE_HZ`."""
    rng = np.random.default_rng(seed)
    count = len(points_m)
    times = np.arange(count) / RATE_HZ
    late = round(noise.lag_s * RATE_HZ)
    seen_m = points_m[np.maximum(np.arange(count) - late, 0)]
    pixels = project(camera, seen_m)
    height_px = float(np.median(np.ptp(pixels[..., 1], axis=1)))
    pixels = pixels + noise.jitter * JITTER_SHARE * height_px * alike(rng, pixels.shape)
    pixels = smooth_zero_phase(times, pixels, SMOOTHING_HZ)
    landmarks = np.repeat(pixels[:, -1:], 33, axis=1)
    for index, ids in enumerate(LANDMARKS_OF_POINT):
        landmarks[:, list(ids)] = pixels[:, index : index + 1]
    fitted = seen_m[::FITTED_EVERY]
    sight = fitted - camera.centre_m
    share = alike(rng, (count,), 0.5)[::FITTED_EVERY]
    swing = np.sqrt(2) * np.sin(2 * np.pi * noise.depth_hz * times[::FITTED_EVERY] + 6 * rng.random())
    error = noise.depth_share * (0.5 * share + 0.87 * swing if noise.depth_hz else share)
    away = np.linalg.norm(middle(sight, "hip"), axis=1)
    damped = (noise.depth_gain - 1.0) * (away - away.mean()) / away
    fitted = fitted + sight * (error + damped)[:, None, None]
    track = seen_throughout(times, landmarks, camera.image_size)
    slow = times[::FITTED_EVERY]
    bodies = BodySeries(slow, fitted, np.zeros(len(slow)), Series(slow))
    return Take(track, bodies, camera, stature_m, 0.01)


def together(own: Take, other: Take) -> Take:
    """The take of one person with the other one of another take beside them."""
    return replace(own, track=replace(own.track, other_px=other.track.landmarks_px))


def mirrored(points_m: FloatArray) -> FloatArray:
    """The mirror image (across x = 0) with sides swapped."""
    return np.asarray(points_m[:, MIRROR] * np.array([-1.0, 1.0, 1.0]))


def still(seconds: float, posture: Posture = STAND) -> FloatArray:
    """Nobody moves: (T, 21, 3)."""
    return np.repeat(body(posture)[None], len(times_of(seconds)), axis=0)


def swaying(seconds: float, rms_cm: float, hz: float = 0.5, heading_deg: float = 0.0) -> FloatArray:
    """Leaning about the ankles so that the mid-hip sways by ``rms_cm``; heading 0 is to the own left."""
    points = still(seconds)
    size = np.sqrt(2) * rms_cm / 100 * np.sin(2 * np.pi * hz * times_of(seconds))
    way = np.cos(np.radians(heading_deg)) * LEFT + np.sin(np.radians(heading_deg)) * FORWARD
    share = points[:, :, 2:3] / middle(points, "hip")[:, None, 2:3]
    return np.asarray(points + share * size[:, None, None] * way)


def moved_part(points_m: FloatArray, part: str, side: int, path_m: FloatArray) -> FloatArray:
    """The bodies with one point of a part carried along a path (T, 3)."""
    out = points_m.copy()
    out[:, 2 * PARTS.index(part) + side] += path_m
    return out


@dataclass(frozen=True)
class Walk:
    """A walk along the person's front; ``swerve_cm`` is the RMS of one slow wave to the side."""

    speed_m_s: float = 1.1
    cadence: float = 108.0
    seconds: float = 4.0
    swerve_cm: float = 0.0
    swing_deg: float = 35.0
    hurry: float = 0.0  # how much the speed varies, standard deviation over mean
    start_m: float = 0.0
    rise_cm: float = 0.0  # of the hips half way from one foot's stance to the other's, half the range; walkers' is -
    stance: float = 0.6  # share of a foot's cycle on the floor; below a half there is flight
    aside_m: float = 0.0  # to the own left

    def bodies(self) -> FloatArray:
        """(T, 21, 3), towards -y from ``start_m``."""
        t = times_of(self.seconds)
        wave = 2 * np.pi * t / self.seconds
        pace = 1 + np.sqrt(2) * self.hurry * np.sin(2 * wave)
        ahead = np.concatenate([[0.0], np.cumsum(pace[1:])]) * self.speed_m_s / RATE_HZ
        aside = np.sqrt(2) * self.swerve_cm / 100 * np.cos(wave)
        hz = self.cadence / 120
        stride_m = self.speed_m_s / hz
        points = still(self.seconds)
        base = ahead[:, None] * FORWARD + aside[:, None] * LEFT - np.array([0.0, -self.start_m, 0.0])
        points = points + base[:, None] + self.aside_m * LEFT
        rise = self.rise_cm / 100 * np.cos(4 * np.pi * (t * hz - (self.stance - 0.5) / 2))
        off_floor = [k for k in range(COUNT) if k == COUNT - 1 or PARTS[k // 2] not in ("knee", "ankle", "heel", "toe")]
        points[:, off_floor, 2] += rise[:, None]
        for side, phase in ((0, 0.0), (1, 0.5)):
            lead, lift = foot_path((t * hz + phase) % 1.0, stride_m, self.stance)
            for part in ("ankle", "heel", "toe"):
                points = moved_part(points, part, side, lead[:, None] * FORWARD + np.outer(lift, [0, 0, 1.0]))
            points = moved_part(points, "knee", side, 0.55 * lead[:, None] * FORWARD)
            self._swing(points, side, 2 * np.pi * (t * hz + phase))
        return points

    def _swing(self, points: FloatArray, side: int, phase: FloatArray) -> None:
        """Swing an arm against its leg about the shoulder."""
        angle = np.radians(self.swing_deg / 2) * -np.cos(phase)
        shoulder = points[:, 2 * PARTS.index("shoulder") + side]
        for part in ("elbow", "wrist", "hand"):
            index = 2 * PARTS.index(part) + side
            drop = shoulder[:, 2] - points[:, index, 2]
            points[:, index] += np.sin(angle)[:, None] * drop[:, None] * FORWARD
            points[:, index, 2] += drop * (1 - np.cos(angle))


def foot_path(share: FloatArray, stride_m: float, stance: float = 0.6) -> tuple[FloatArray, FloatArray]:
    """How far a foot is ahead of the pelvis and lifted (T,), by the share of its cycle, which begins with landing."""
    reach = stance * stride_m / 2
    swing = np.clip((share - stance) / (1 - stance), 0, 1)
    ease = swing**3 * (10 - 15 * swing + 6 * swing**2)
    lead = np.where(share < stance, reach - share * stride_m, -reach + ease * 2 * reach)
    return lead, np.where(share < stance, 0.0, 0.06 * np.sin(np.pi * swing))


def walk_phase(walk: Walk) -> Phase:
    """The whole recording is the walk."""
    return Phase(Drill.WALK, 0.0, walk.seconds)


def hold(drill: Drill, seconds: float) -> Phase:
    """The whole recording is one hold."""
    return Phase(drill, 0.0, seconds, 0.0, seconds)


def covered(measure: Callable[[int], tuple[float, float | None, float | None]], seeds: int) -> float:
    """Share of seeds whose value +- u holds the truth; ``measure`` gives truth, value, u."""
    inside = [abs(v - truth) <= u for truth, v, u in map(measure, range(seeds)) if v is not None and u is not None]
    return float(np.mean(inside)) if inside else 0.0


SIDES = (Side.LEFT, Side.RIGHT)
