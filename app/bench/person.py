"""``yitai bench accuracy --calibration person``: what is lost when the camera is only known from a standing person.

Every recording is calibrated from itself: from whoever stands upright in it, else (stills of bows and of sitting
people) from the person in the posture at hand. A seat is found as a user would, by clicking its corners.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.batch import pool
from app.bench.accuracy import Outcome, Trial
from app.bench.samples import Findings, Sample, by_name_and_view
from app.bench.statistics import Accuracy, accuracy
from app.bench.truth import read_truth
from calibration.camera import Camera, for_size, project
from calibration.errors import CameraError
from calibration.files import load_camera, save_camera
from calibration.pose import pitch_roll_deg
from calibration.seat import seat_from_corners
from vision.errors import NoPersonError
from vision.types import FloatArray

CLICK_SIGMA_PX = 2.0
TARGETS = {"pitch": 1.5, "roll": 1.0, "height": 0.08}
# Measurements that the issue of this calibration names, and by how much their mean error may grow.
ALLOWED = {"trunk_flexion": 1.5, "bow_angle": 1.5, "arm_trunk_left": 1.5, "arm_trunk_right": 1.5, "v_angle": 1.7}


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """A camera beside the true one: errors and sigma of pitch deg, roll deg, log focal, height m."""

    recording: str
    part: str
    way: str  # "standing" or "posture"
    view: str
    hard: str | None
    error: tuple[float, float, float, float]
    sigma: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Job:
    """One recording to calibrate, and where its camera file goes."""

    trial: Trial
    out: Path


def find_camera(job: Job, _progress: Callable[[float], None]) -> FoundCamera:
    """Calibrate one recording from its person and write the camera file. Runs in a worker."""
    from app.calibrating.anybody import calibrate_from_posture
    from app.calibrating.people import calibrate, see

    task = job.trial.task
    if task.calibration is None or task.subject.height_cm is None:
        raise CameraError(f"{task.path}: no true camera or no height", f"{task.path}：缺少真实相机或身高")
    way = "standing"
    try:
        camera = calibrate(see([task.file]), task.subject.height_cm).camera
    except (NoPersonError, CameraError):
        if job.trial.part != "stills":
            raise
        way = "posture"
        camera = calibrate_from_posture(task.file, task.subject.height_cm, task.subject.sex)
    truth = for_size(load_camera(task.calibration), camera.image_size)
    camera = _with_seat(camera, truth)
    save_camera(job.out, camera, "")
    s = camera.sigma
    errors = tuple(float(one) for one in _values(camera) - _values(truth))
    described = read_truth(job.trial.truth)
    return FoundCamera(
        task.path, job.trial.part, way, described.view, described.hard,
        (errors[0], errors[1], errors[2], errors[3]), (s.pitch_deg, s.roll_deg, s.focal_rel, s.height_m),
    )  # fmt: skip


def _values(camera: Camera) -> FloatArray:
    pitch, roll = pitch_roll_deg(camera.rotation_cam_from_floor)
    return np.array([pitch, roll, np.log(camera.focal_px), camera.centre_m[2]])


def _with_seat(camera: Camera, truth: Camera) -> Camera:
    """The seat from its corners in the picture, clicked with a hand's error; its height and depth were measured."""
    seat = truth.seat
    if seat is None:
        return camera
    across = seat.front_left - seat.front_right
    back = np.cross([0.0, 0.0, 1.0], across)
    back *= seat.depth_m / np.linalg.norm(back)
    corners = np.array([seat.front_left, seat.front_right, seat.front_right + back, seat.front_left + back])
    rng = np.random.default_rng(round(1e6 * seat.depth_m) + camera.image_size[0])
    clicked = project(truth, corners) + rng.normal(0.0, CLICK_SIGMA_PX, (4, 2))
    try:
        return replace(camera, seat=seat_from_corners(camera, clicked, seat.height_m, seat.depth_m))
    except CameraError:
        return camera


def with_found_cameras(
    found: Sequence[Trial], folder: Path, jobs: int, tick: Callable[[], None]
) -> tuple[tuple[Trial, ...], list[FoundCamera], list[str]]:
    """The same trials with cameras found from their people; without a camera file where that failed."""
    work = [Job(trial, folder / f"{i}.json") for i, trial in enumerate(found)]
    cameras: dict[int, FoundCamera] = {}
    failures: list[str] = []
    for event in pool.run(find_camera, work, jobs):
        match event:
            case pool.Finished():
                cameras[event.index] = event.result
            case pool.Failed():
                failures.append(f"{found[event.index].task.path}: {event.error.en}")
            case pool.Died():
                failures.append(f"{found[event.index].task.path}: {' '.join(event.log.split()[-12:])}")
            case _:
                continue
        tick()
    trials = tuple(
        replace(trial, task=replace(trial.task, calibration=work[i].out if i in cameras else None))
        for i, trial in enumerate(found)
    )
    return trials, [cameras[i] for i in sorted(cameras)], failures


def camera_section(cameras: Sequence[FoundCamera], failures: Sequence[str]) -> Iterator[str]:
    """The table of the cameras themselves."""
    yield from ("", "## The cameras found", "")
    yield "Error against the true camera; *covered* is the share of true values inside +-2 sigma."
    yield ""
    yield (
        "| way | view | n | pitch within 1.5 deg | roll within 1 deg | height within 8 cm | median pitch / deg | "
        "median height / cm | median focal / % | covered pitch, roll, focal, height |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|---|"
    groups: dict[tuple[str, str], list[FoundCamera]] = {}
    for camera in cameras:
        if camera.hard is None:
            groups.setdefault((f"{camera.part}, {camera.way}", camera.view), []).append(camera)
        else:
            groups.setdefault((f"{camera.part}, extra-hard", "all"), []).append(camera)
    for (way, view), group in sorted(groups.items()):
        yield _camera_row(way, view, group)
    for failure in failures:
        yield from ("", f"Not calibrated (scored without a camera file): {failure}")


def _camera_row(way: str, view: str, group: Sequence[FoundCamera]) -> str:
    error, sigma = (np.abs([getattr(one, name) for one in group]) for name in ("error", "sigma"))
    covered = (error <= 2 * sigma).mean(axis=0)
    median = np.median(error, axis=0)
    within = [(error[:, column] <= TARGETS[name]).mean() for name, column in (("pitch", 0), ("roll", 1), ("height", 3))]
    return (
        f"| {way} | {view} | {len(group)} | {' | '.join(f'{100 * share:.0f} %' for share in within)} | "
        f"{median[0]:.2f} | {100 * median[3]:.1f} | {100 * median[2]:.1f} | "
        f"{', '.join(f'{100 * share:.0f} %' for share in covered)} |"
    )


def comparison(true: Outcome, person: Outcome) -> Iterator[str]:
    """Error of every measurement with the true camera beside that with the found one."""
    sides = [by_name_and_view(_plain(outcome)) for outcome in (true, person)]
    both = {_key(one) for one in _measured(true)} & {_key(one) for one in _measured(person)}
    yield from ("", "## What each measurement loses", "")
    yield (
        "Mean error with the true camera and with the camera from a person, over what was measured with both; hard "
        "recordings left out."
    )
    yield ""
    yield (
        "| measurement | view | n | true camera | from a person | ratio | covered, true | covered, person | "
        "u, true | u, person | measured, true | measured, person |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for key, group in sides[0].items():
        if key not in sides[1] or isinstance(group[0].truth, str):
            continue
        others = sides[1][key]
        pair = [accuracy([one for one in side if _key(one) in both]) for side in (group, others)]
        yield from _comparison_row(key, pair[0], pair[1], (accuracy(group), accuracy(others)))


def _plain(outcome: Outcome) -> tuple[Sample, ...]:
    everything = sum(outcome.by_part.values(), Findings())
    return tuple(sample for sample in everything.samples if sample.hard is None)


def _measured(outcome: Outcome) -> Iterator[Sample]:
    return (sample for sample in _plain(outcome) if sample.value is not None)


def _key(sample: Sample) -> tuple[str, str, str]:
    return sample.recording, sample.drill, sample.name


def _comparison_row(
    key: tuple[str, str], true: Accuracy, person: Accuracy, whole: tuple[Accuracy, Accuracy]
) -> Iterator[str]:
    """``true`` and ``person`` over the same recordings, ``whole`` over all."""
    if true.mean_error is None or person.mean_error is None:
        return
    ratio = person.mean_error / max(true.mean_error, 1e-9)
    name, view = key
    limit = ALLOWED.get(name)
    mark = "" if limit is None else (" (allowed " + f"{limit:g})")
    yield (
        f"| {name} | {view} | {true.count} | {true.mean_error:.2f} | {person.mean_error:.2f} | {ratio:.2f}{mark} | "
        f"{100 * (true.covered or 0):.0f} % | {100 * (person.covered or 0):.0f} % | {true.median_u:.2f} | "
        f"{person.median_u:.2f} | {100 * whole[0].measured / whole[0].count:.0f} % | "
        f"{100 * whole[1].measured / whole[1].count:.0f} % |"
    )
