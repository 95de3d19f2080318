"""What is measured over time, held against clips whose truth is known: ``docs/over-time.md``.

    PYTHONPATH=. python tools/over_time/measure.py --truth DEVSET/clips [--truth MORE] --out docs/over-time.md

Every folder holds clips with camera and truth files as the development set has them; `render_clips.py` beside this
file makes more. ``--faces FOLDER`` adds the smiles and glances painted into portraits (see `face.py`).
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.bench.machine import describe
from calibration.files import load_camera
from tools.over_time.face import face_section
from tools.over_time.truth import read_joints, truth_of
from vision.measures.correction import shared_name
from vision.options import ScoreOptions
from vision.overtime import Take
from vision.phases import Phase
from vision.pipeline import score_recording
from vision.quantities import REASON_TEXT, quantities
from vision.reconstruct.fit import stature_of
from vision.standard import Decided, load_pack
from vision.types import Drill, Measurement, Segment, Subject

DOCUMENTS = ("T1", "T2", "U1", "I1", "U2")


@dataclass(frozen=True)
class Row:
    """One measurement beside its truth."""

    clip: str
    drill: str
    view: str
    truth: float | str
    found: Measurement


def rows_of(video: Path) -> Iterator[Row]:
    """Every measurement over time of a clip."""
    import json

    person = json.loads(video.with_suffix(".json").read_text(encoding="utf-8"))["people"][0]
    subject = Subject(None, float(person["height_cm"]), person["sex"])
    camera = load_camera(video.with_suffix(".camera.json"))
    result = score_recording(str(video), ScoreOptions(load_pack("telecom"), camera, subject))
    take = Take(result.tracks, result.bodies, result.camera, *stature_of(subject.height_cm, subject.sex))
    joints = read_joints(video.with_suffix(".json"))
    for segment in result.report.segments:
        measured = {m.name: m for m in segment.measurements}
        for name, truth in truth_of(_phase(segment), take, joints).items():
            if name in measured:
                yield Row(video.stem, str(segment.drill), str(segment.view), truth, measured[name])


def _phase(segment: Segment) -> Phase:
    times = (segment.start_s, segment.end_s, segment.hold_start_s, segment.hold_end_s)
    return Phase(segment.drill, *times, segment.active_side)


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """One line for each quantity."""
    yield "| quantity | unit | n | measured | mean error | largest | u | covered |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[shared_name(row.found.name)].append(row)
    for name, group in groups.items():
        errors, us = [], []
        told = [row for row in group if isinstance(row.found.value, str)]
        if any(isinstance(row.truth, str) for row in group):
            right = sum(row.found.value == row.truth for row in told)
            yield f"| {name} | word | {len(group)} | {len(told)} | {len(told) - right} wrong | | | |"
            continue
        for row in group:
            if isinstance(row.found.value, float) and isinstance(row.truth, float) and row.found.u is not None:
                errors.append(abs(row.found.value - row.truth))
                us.append(row.found.u)
        unit = group[0].found.unit
        if not errors:
            yield f"| {name} | {unit} | {len(group)} | 0 | | | | |"
            continue
        inside = np.mean(np.array(errors) <= np.array(us))
        yield (
            f"| {name} | {unit} | {len(group)} | {len(errors)} | {_figure(float(np.mean(errors)))} | "
            f"{_figure(max(errors))} | {_figure(float(np.median(us)))} | {100 * inside:.0f} % |"
        )


def details(rows: Sequence[Row]) -> Iterator[str]:
    """Every value."""
    yield "| clip | drill | view | quantity | true | measured |"
    yield "|---|---|---|---|--:|--:|"
    for row in rows:
        value, u = row.found.value, row.found.u
        if isinstance(value, str):
            shown = value if value == row.truth else f"{value} (wrong)"
        elif isinstance(value, float) and isinstance(row.truth, float) and u is not None:
            mark = "" if abs(value - row.truth) <= u else " (outside)"
            shown = f"{_figure(value)} ± {_figure(u)}{mark}"
        else:
            shown = REASON_TEXT[row.found.reason][1] if row.found.reason is not None else ""
        truth = row.truth if isinstance(row.truth, str) else _figure(row.truth)
        yield f"| {row.clip} | {row.drill} | {row.view} | {row.found.name} | {truth} | {shown} |"


def _figure(value: float) -> str:
    return f"{value:.{1 if abs(value) >= 10 else 2}f}"


def not_measured() -> Iterator[str]:
    """Quantities that nobody measures, and clauses left to the trainer, with the reasons that reports give."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for name, known in quantities().items():
        if known.unmeasured_en and f"`{shared_name(name)}`" not in reasons[known.unmeasured_en]:
            reasons[known.unmeasured_en].append(f"`{shared_name(name)}`")
    for why, names in reasons.items():
        if names:
            yield f"- {', '.join(names)}: {why}."
    yield from ("", "Clauses left to the trainer:", "")
    for name in DOCUMENTS:
        for clause in load_pack(name).clauses:
            if clause.decided is not Decided.MEASURED and Drill.GROOM not in clause.drills:
                yield f"- {name} `{clause.id}`: {clause.note_en}."


def page(rows: Sequence[Row], faces: Sequence[str]) -> str:
    """The Markdown page."""
    lines = [
        "# Measured over time",
        "",
        "Written by `tools/over_time/measure.py` on rendered people whose every joint is known; do not edit by hand.",
        "",
        f"Machine: {describe()}.",
        "",
        f"{len({row.clip for row in rows})} clips, 960x540, 25 frames a second, known cameras. The true value follows "
        "from the true joints over the same time by the same definition. *Covered*: share of true values inside "
        "value ± u; *u*: median. Constants of u were set on these clips, so coverage here is not one of unseen people; "
        "synthetic movements in `tests/overtime` check them apart.",
        "",
        *summary(rows),
        "",
        "## Not measured, and why",
        "",
        *not_measured(),
        *faces,
        "",
        "## Every value",
        "",
        *details(rows),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", type=Path, action="append", required=True, help="folder of clips with truth")
    parser.add_argument("--faces", type=Path, help="folder of rendered portraits")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    videos = [video for folder in given.truth for video in sorted(folder.glob("*.mp4"))]
    rows = [row for video in videos for row in rows_of(video)]
    faces = face_section(given.faces) if given.faces is not None else []
    given.out.write_text(page(rows, faces), encoding="utf-8")
    print(f"{len(videos)} clips, {len(rows)} values -> {given.out}")


if __name__ == "__main__":
    main()
