"""How surely each quantity is seen from where: ``vision/data/views.json``, the table behind ``yitai views``.

    PYTHONPATH=. python tools/make_views.py --truth DEVSET [--truth MORE] --out vision/data/views.json

Every recording with a truth is measured with its camera file and without; what counts is whether a number was given,
and its u. Stills that are extra hard on purpose are left out.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from app import engine
from app.bench.accuracy import trials
from app.bench.truth import read_truth
from app.inputs import Defaults, Task, gather
from app.manifest import read_manifest
from vision.measures.correction import shared_name
from vision.moment import GIVEN

CAMERAS = ("known", "assumed")
DIGITS = 3
Found = tuple[str, str, str, float | None]  # drill, view, quantity without side, u (None: not measured)


def tasks_of(folder: Path, every: int) -> Iterator[Task]:
    """The recordings of a truth set that are not extra hard, or every clip of a plain folder."""
    if any((folder / part).is_file() for part in ("manifest.csv", "stills/manifest.csv", "clips/manifest.csv")):
        plain = [trial for trial in trials(folder) if read_truth(trial.truth).hard is None]
        stills = [trial.task for trial in plain if trial.part == "stills"]
        yield from stills[::every]
        yield from (trial.task for trial in plain if trial.part != "stills")
        return
    manifest = folder / "made.csv"
    with manifest.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("path", "calibration", "height_cm", "sex"))
        for video in sorted(folder.glob("*.mp4")):
            person = json.loads(video.with_suffix(".json").read_text(encoding="utf-8"))["people"][0]
            writer.writerow((video.name, f"{video.stem}.camera.json", person["height_cm"], person["sex"]))
    yield from gather([], read_manifest(manifest), Defaults()).tasks
    manifest.unlink()


def found_in(task: Task) -> Iterator[Found]:
    """Every measurement of a recording, by the drill it belongs to."""
    report = engine.assess(task, engine.Choices(video=False), lambda _share: None).report
    for segment in report.segments:
        idle = None if segment.active_side is None else ("_right" if segment.active_side == "left" else "_left")
        for one in segment.measurements:
            if idle is not None and one.name.endswith(idle):
                continue  # the arm that does not guide
            if report.source.frames == 1 and (one.name not in GIVEN or one.name == "bow_angle"):
                continue  # needs time, of which a still has none
            yield str(segment.drill), str(segment.view), shared_name(one.name), None if one.value is None else one.u


def table(found: dict[str, list[Found]]) -> dict[str, dict[str, dict[str, dict[str, list[float]]]]]:
    """Drill -> quantity -> view -> camera -> [how many, share measured, median u of those]."""
    groups: dict[tuple[str, str, str, str], list[float | None]] = defaultdict(list)
    for camera, rows in found.items():
        for drill, view, name, u in rows:
            groups[drill, name, view, camera].append(u)
    result: dict[str, dict[str, dict[str, dict[str, list[float]]]]] = {}
    for (drill, name, view, camera), us in sorted(groups.items()):
        given = [u for u in us if u is not None]
        if not given and not any(u is not None for key, v in groups.items() if key[:2] == (drill, name) for u in v):
            continue
        numbers = [float(len(us)), len(given) / len(us), float(np.median(given)) if given else 0.0]
        cell = result.setdefault(drill, {}).setdefault(name, {}).setdefault(view, {})
        cell[camera] = [round(number, DIGITS) for number in numbers]
    return result


def main() -> None:
    """Measure everything twice and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", type=Path, action="append", required=True)
    parser.add_argument("--every", type=int, default=1, help="of the stills, take one in so many")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    tasks = [task for folder in given.truth for task in tasks_of(folder, given.every)]
    found: dict[str, list[Found]] = {camera: [] for camera in CAMERAS}
    for task in tasks:
        for camera in CAMERAS:
            used = task if camera == "known" else replace(task, calibration=None)
            found[camera] += found_in(used)
        print(task.path, flush=True)
    given.out.write_text(json.dumps(table(found), indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
