"""People in calibration pictures: the pose network's landmarks as arrays, and the room behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.calibrating.pictures import Progress, gray, part_of, same_size, unwatched
from calibration.camera import ASSUMED_FIELD_OF_VIEW_DEG, ASSUMED_SIGMA_FOCAL_REL, Camera, known_or_assumed
from calibration.errors import CameraError
from calibration.moved import Background, Movement, background, movement
from calibration.person import PersonFit, StandingView, body_yaw_deg, solve_person
from calibration.room import Segments, find_segments
from calibration.standing import pick_standing, upright
from vision.errors import NoPersonError
from vision.types import FloatArray, Frame, ImageBgr

TRACK_FPS = 6.0
KEPT_FRAMES = 9
MASK_MARGIN = 0.12  # of the body's height
BUSY_SHARE = 0.4  # a pixel that people cover in more of the frames than this shows no background
ODD_VIEW = 2.2  # a body this unlike the template is not standing upright
LONGEST_S = 120.0

Gray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Scene:
    """What calibration pictures show: standing people, the empty room, and a picture for the eye."""

    size_wh: tuple[int, int]
    views: tuple[StandingView, ...]
    room: Gray
    hide: NDArray[np.bool_]
    picture_bgr: ImageBgr
    change: Movement  # of the camera between the first and the last picture

    def segments(self) -> Segments:
        """Straight edges of the room."""
        return find_segments(self.room, self.hide)

    def background(self) -> Background:
        """Its fingerprint."""
        return background(self.room, self.hide)


@dataclass(slots=True)
class _Gathered:
    """Pictures on their way to a scene."""

    size_wh: tuple[int, int] | None = None
    views: list[StandingView] | None = None
    grays: list[Gray] | None = None
    masks: list[NDArray[np.bool_]] | None = None
    picture: ImageBgr | None = None


def person_mask(size_wh: tuple[int, int], people_px: Sequence[FloatArray]) -> NDArray[np.bool_]:
    """Boxes (H, W) round every body (33, 2), hair and shoes included."""
    width, height = size_wh
    mask = np.zeros((height, width), dtype=bool)
    for pixels in people_px:
        if not np.isfinite(pixels).any():
            continue
        low, high = np.nanmin(pixels, axis=0), np.nanmax(pixels, axis=0)
        margin = MASK_MARGIN * max(float(high[1] - low[1]), 1.0)
        x0, y0 = np.clip((low - margin).astype(int), 0, None)
        x1, y1 = np.clip((high + margin).astype(int), 0, None)
        mask[y0:y1, x0:x1] = True
    return mask


def see(
    files: Sequence[Path], person: str = "largest", *, need_people: bool = True, progress: Progress = unwatched
) -> Scene:
    """Everybody who stands upright in the pictures of one camera; NoPersonError when nobody does but must."""
    from vision.video import probe

    gathered = _Gathered(views=[], grays=[], masks=[])
    for number, file in enumerate(files):
        info = probe(file)
        gathered.size_wh = same_size(gathered.size_wh, info.size_wh, file)

        def within(share: float, done: int = number) -> None:
            progress((done + share) / len(files))

        if info.duration_s:
            _see_video(file, info.size_wh, person, gathered, within)
        else:
            _see_still(file, gathered)
            within(1.0)
    return _scene(gathered, need_people)


def _see_still(file: Path, gathered: _Gathered) -> None:
    from vision.estimators.pose import PoseEstimator
    from vision.video import read_still
    from vision.watch import distinct

    frame = read_still(file)
    with PoseEstimator(people=4, video=False) as pose:
        people = distinct(pose.estimate(frame.image_bgr))
    everybody = [one.image_landmarks_px for one in people]
    _keep(frame, everybody, gathered)
    for tallest in sorted(people, key=lambda one: -float(np.ptp(one.image_landmarks_px[:, 1])))[:1]:
        pixels, world, seen = tallest.image_landmarks_px, tallest.world_landmarks_m, tallest.visibility
        if not upright(pixels[None], world[None], seen[None], frame.size_wh)[0]:
            return
        yaw = body_yaw_deg(tallest.world_landmarks_m)
        view = StandingView(tallest.image_landmarks_px, tallest.visibility, yaw)
        assert gathered.views is not None
        gathered.views.append(view)


def _see_video(file: Path, size_wh: tuple[int, int], person: str, gathered: _Gathered, progress: Progress) -> None:
    from vision.video import frames, frames_at, probe
    from vision.watch import watch

    duration_s = min(probe(file).duration_s or LONGEST_S, LONGEST_S)
    with frames(file, sample_fps=TRACK_FPS, end_s=LONGEST_S) as stream:
        track = watch(stream, size_wh, person, lambda time_s: progress(part_of(time_s, duration_s)))
    assert gathered.views is not None
    gathered.views += pick_standing(track.times_s, track.raw_px, track.world_m, track.visibility, size_wh)
    chosen = np.unique(np.linspace(0, len(track.times_s) - 1, KEPT_FRAMES).round().astype(int))
    for row, frame in zip(chosen, frames_at(file, track.times_s[chosen].tolist()), strict=True):
        _keep(frame, [track.raw_px[row]], gathered)


def _keep(frame: Frame, people_px: Sequence[FloatArray], gathered: _Gathered) -> None:
    assert gathered.grays is not None
    assert gathered.masks is not None
    gathered.grays.append(gray(frame.image_bgr))
    gathered.masks.append(person_mask(frame.size_wh, people_px))
    if gathered.picture is None:
        gathered.picture = frame.image_bgr


def _scene(gathered: _Gathered, need_people: bool) -> Scene:
    views, grays, masks = gathered.views or [], gathered.grays or [], gathered.masks or []
    assert gathered.picture is not None
    assert gathered.size_wh is not None
    if need_people and not views:
        raise NoPersonError(
            "nobody stands upright in full view: arms down, legs straight, head and shoes in the picture",
            "画面中没有完整的直立站姿：请双臂下垂、双腿伸直站好，头和鞋都要在画面内",
        )
    change = Movement(None, 0.0, 0)
    if len(grays) > 1:
        ends = background(grays[0], masks[0]), background(grays[-1], masks[-1])
        change = movement(ends[0], ends[1], ASSUMED_FIELD_OF_VIEW_DEG)
    chosen = np.unique(np.linspace(0, len(grays) - 1, KEPT_FRAMES).round().astype(int))
    # People are walked out of the median; with one or two pictures their boxes are hidden instead.
    room = np.median([grays[i] for i in chosen], axis=0).astype(np.uint8) if len(chosen) > 2 else grays[0]
    covered = np.mean([masks[i] for i in chosen], axis=0) if len(chosen) > 2 else masks[0].astype(float)
    return Scene(gathered.size_wh, tuple(views), room, np.asarray(covered > BUSY_SHARE), gathered.picture, change)


def calibrate(scene: Scene, height_cm: float, lens: Camera | None = None, *, use_room: bool = True) -> PersonFit:
    """The camera from the people and the room of a scene; ``lens``: a camera file that knows the lens."""
    if scene.change.moved:
        raise CameraError(
            f"the camera moved between the pictures (by about {scene.change.shift_deg:.1f} deg): fix it and repeat",
            f"拍摄期间相机移动过（约 {scene.change.shift_deg:.1f}°）：请固定相机后重拍",
        )
    known = known_or_assumed(lens, scene.size_wh)
    focal_sigma = ASSUMED_SIGMA_FOCAL_REL if lens is None else lens.sigma.focal_rel
    segments = scene.segments() if use_room else None

    def solve(views: Sequence[StandingView], edges: Segments | None) -> PersonFit:
        return solve_person(
            views, height_cm / 100, scene.size_wh, known.matrix, known.distortion, focal_sigma,
            segments=edges, lens_measured=lens is not None,
        )  # fmt: skip

    views = list(scene.views)
    if len(views) > 1:
        views = _plausible(views, solve)
    return solve(views, segments)


def _plausible(
    views: Sequence[StandingView], solve: Callable[[Sequence[StandingView], Segments | None], PersonFit]
) -> list[StandingView]:
    """Views that look like somebody standing upright when taken alone; all of them when none does."""
    kept = []
    for view in views:
        try:
            fits = solve([view], None).misfit < ODD_VIEW
        except CameraError:
            continue
        if fits:
            kept.append(view)
    return kept or list(views)
