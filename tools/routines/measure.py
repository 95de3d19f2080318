"""Random routines of a synthetic person, seen through a camera with the network's errors: ``docs/routines.md``.

    PYTHONPATH=. python tools/routines/measure.py --count 200 --out docs/routines.md [--minutes 30]

Every routine is drawn from its number (see `tests/routines.py`), so a page can be made again. With ``--minutes`` no
routine is begun after that time, and the page says how many there were.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from app.bench.drills import DrillFindings, compare_drills, drill_table, hold_line, view_table
from app.bench.machine import describe
from app.bench.truth import TrueSegment
from calibration.camera import Camera, assumed_camera
from tests.routines import Script, random_script, watched
from vision.files import atomic_write
from vision.phases import find_phases, motion_of
from vision.series import body_series
from vision.types import Subject

FIRST = 1000  # the tests have the numbers below
VIEWS = ((25.0, "front"), (65.0, "oblique"), (180.0, "side"))
VARIANTS = ("camera", "no camera", "series")


def view_of(camera: Camera) -> str:
    """From where the camera sees who stands at the middle of the floor and faces -y."""
    x, y, _ = camera.centre_m
    azimuth = abs(float(np.degrees(np.arctan2(x, -y))))
    return next(name for most, name in VIEWS if azimuth <= most)


def truth_of(script: Script) -> list[TrueSegment]:
    """What was performed."""
    return [TrueSegment(part.label, part.start_s, part.end_s, part.hold_s) for part in script.truth]


def examine(number: int) -> dict[str, DrillFindings]:
    """One routine: with its camera, without one, and from the series of measurements alone."""
    script, camera = random_script(number)
    track = watched(script, camera, number)
    subject = Subject(height_cm=100 * script.stature_m, sex=script.sex)
    motion = motion_of(track.times_s, track.landmarks_px)
    span = 0.0, float(track.times_s[-1])
    known = body_series(track, camera, subject).series
    assumed = body_series(track, assumed_camera(track.size_wh), subject).series
    found = {
        "camera": find_phases(known, None, motion),
        "no camera": find_phases(assumed, None, motion),
        "series": find_phases(known),
    }
    truth, view = truth_of(script), view_of(camera)
    return {name: compare_drills(str(number), view, truth, each, span) for name, each in found.items()}


def measure(count: int, jobs: int, minutes: float) -> dict[str, DrillFindings]:
    """All routines, in the order of their numbers, as far as the time reaches."""
    total = {name: DrillFindings() for name in VARIANTS}
    until = time.monotonic() + 60.0 * minutes
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for first in range(FIRST, FIRST + count, 2 * jobs):
            if time.monotonic() > until:
                break
            for findings in pool.map(examine, range(first, min(first + 2 * jobs, FIRST + count))):
                for name, one in findings.items():
                    total[name] = total[name] + one
    return total


def page(total: dict[str, DrillFindings]) -> Iterator[str]:
    """The Markdown page."""
    known = total["camera"]
    yield from (
        "# Routines, measured",
        "",
        "Written by `tools/routines/measure.py`; do not edit by hand. What a routine file looks like: "
        "[routine-files.md](routine-files.md).",
        "",
        f"Machine: {describe()}.",
        "",
        f"{known.recordings} random routines of a synthetic person: three to seven drills in any order, repeats, "
        "pauses from 0.6 s, movements stretched by 0.75 to 1.35, bows of 12 to 45 deg, guiding arms at 35 to 85 deg on "
        "either side, turns of 45 to 90 deg, walks of 1.2 to 2 m, cameras from in front to the side. The landmarks "
        "carry the errors that the pose network makes on rendered people: an offset for the whole recording, a part "
        "that changes with the posture, jitter, and a lag of 0.06 s. These routines were not looked at while the "
        "program was made.",
        "",
        "A drill is found when the same drill was reported over more than half of the shorter of both times. "
        "*Unclear*: the program says that it cannot make out what is done, and judges nothing there. Boundaries are "
        "beginnings and ends inside the recording; standing has none of its own.",
        "",
        "## By drill",
        "",
        *drill_table(known),
        "",
        f"{known.flawless} of {known.recordings} routines without anything missed, unclear or invented. "
        f"{hold_line(known)}",
        "",
        "## By view",
        "",
        *view_table(known),
        "",
        "## Without a camera file",
        "",
        *drill_table(total["no camera"]),
        "",
        f"{total['no camera'].flawless} of {total['no camera'].recordings} routines flawless.",
        "",
        "## From the series of measurements alone",
        "",
        "What is found without the landmarks' movement in the picture, as the program did before; it knows no "
        "squats, no handing over and no turns.",
        "",
        *drill_table(total["series"]),
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    total = measure(given.count, given.jobs, given.minutes)
    atomic_write(given.out, "\n".join(page(total)) + "\n")


if __name__ == "__main__":
    main()
