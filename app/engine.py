"""The one place where `app` calls into `vision.pipeline`.

Heavy imports (the pose network, drawing) stay inside the functions: the process
that reads the command line never loads them, its workers do.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.batch.summary import SummaryRow
from app.files import writing_to
from app.inputs import Task
from app.settings import program_version
from calibration.camera import for_size
from calibration.errors import CameraError
from calibration.files import load_camera
from calibration.neutral import Neutral, load_neutral
from vision.errors import MediaError
from vision.measures.mouth import NeutralMouth
from vision.options import OwnUpright
from vision.quantities import REASON_TEXT
from vision.routine import parse_routine
from vision.standard import Pack, load_pack

if TYPE_CHECKING:
    from vision.pipeline import Assessment, MeasuredFrame, ScoreOptions
    from vision.report.model import Report
    from vision.types import Measurement

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Choices:
    """Options of a run that hold for every recording."""

    person: str = "largest"
    sample_fps: float | None = None
    formats: frozenset[str] = frozenset({"json", "html", "csv"})
    video: bool = True
    language: str = "en"
    neutral: Path | None = None  # a trainee's own upright, for recordings that do not show it
    fast: bool = False  # look at fewer frames
    routine: str | None = None  # the text of a routine file
    faces: str = "shown"  # in pictures that are written: `vision.outputs.Faces`


def check_beforehand(tasks: tuple[Task, ...], neutral: Path | None = None) -> None:
    """Read every camera file and pack once, and hold each camera against its recordings' sizes.

    Raises what is wrong before anything is scored. A recording that cannot be
    opened is not judged here: it is reported when its turn comes.
    """
    for standard in dict.fromkeys(task.standard for task in tasks):
        load_pack(standard)
    if neutral is not None:
        own_upright(neutral)
    cameras = {path: load_camera(path) for path in dict.fromkeys(task.calibration for task in tasks) if path}
    for task in tasks:
        size_wh = _size_of(task.file) if task.calibration and task.url is None else None
        if task.calibration is None or size_wh is None:
            continue
        try:
            for_size(cameras[task.calibration], size_wh)
        except CameraError as error:
            raise CameraError(f"{task.calibration}: {error.en}", f"{task.calibration}：{error.zh}") from None


def _size_of(file: Path) -> tuple[int, int] | None:
    from vision.video import probe

    try:
        return probe(file).size_wh
    except MediaError:
        return None


def pack_hash(standard: str) -> str:
    """What changes whenever a limit, a weight or a word of the pack changes."""
    return _pack(standard).sha256


def _pack(standard: str) -> Pack:
    """The pack of an id or a file; a shipped one is read once."""
    return _shipped(standard) if standard.isidentifier() else load_pack(standard)


@functools.lru_cache(maxsize=16)
def _shipped(standard: str) -> Pack:
    return load_pack(standard)


def content_hash(file: Path) -> str:
    """SHA-256 of a recording; MediaError when it cannot be read."""
    from vision.video import sha256_of

    return sha256_of(file)


@dataclass(frozen=True, slots=True)
class Assessed:
    """What was found in a recording, and the seconds it took."""

    assessment: Assessment
    seconds: float

    @property
    def report(self) -> Report:
        """The report of it."""
        return self.assessment.report


def assess(task: Task, choices: Choices, progress: Progress, pieces: Path | None = None) -> Assessed:
    """Measure and judge one recording; nothing is written but, into ``pieces``, the parts of a long one."""
    from vision.pipeline import score_recording

    started_s = time.monotonic()
    assessment = score_recording(str(task.file), _options(task, choices), progress, pieces)
    return Assessed(assessment, time.monotonic() - started_s)


@dataclass(frozen=True, slots=True)
class Scored:
    """The row of a scored recording (its report paths are names in the report folder) and its content's hash."""

    row: SummaryRow
    sha256: str


def score(
    task: Task, choices: Choices, folder: Path, progress: Progress, shown: str | None = None, pieces: Path | None = None
) -> Scored:
    """Score one recording into ``folder`` (made if missing).

    ``shown``: what the report calls a recording that was fetched; ``pieces``: see `assess`.
    """
    from vision.outputs import Faces
    from vision.pipeline import write_outputs

    started_s = time.monotonic()
    assessed = called(with_camera_notices(assess(task, choices, progress, pieces), task), shown or str(task.file))
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        written = write_outputs(
            assessed.assessment, folder, choices.formats, choices.video, choices.language, Faces(choices.faces)
        )
    names = {path.name for path in written}
    row = row_of(task.path, assessed.report, "report.html" in names, time.monotonic() - started_s)
    return Scored(row, assessed.report.source.sha256)


def called(assessed: Assessed, path: str) -> Assessed:
    """The same with the recording called by another path in its report."""
    report = replace(assessed.report, source=replace(assessed.report.source, path=path))
    return Assessed(replace(assessed.assessment, report=report), assessed.seconds)


def with_camera_notices(assessed: Assessed, task: Task) -> Assessed:
    """The same with a warning when the calibrated camera was moved since or during the recording."""
    if task.calibration is None:
        return assessed
    from app.calibrating.steady import camera_notices

    started_s = time.monotonic()
    found = camera_notices(task.file, task.calibration)
    seconds = time.monotonic() - started_s
    report = assessed.report
    report = replace(
        report,
        warnings=(*report.warnings, *found),
        timing={**report.timing, "camera check": round(seconds, 4)},
    )
    return Assessed(replace(assessed.assessment, report=report), assessed.seconds + seconds)


def measure(task: Task, choices: Choices, progress: Progress) -> Iterator[dict[str, Any]]:
    """The lines of ``yitai measure`` for one recording."""
    from vision.pipeline import measure_frames
    from vision.video import probe

    duration_s = probe(task.file).duration_s
    for frame in measure_frames(str(task.file), _options(task, choices)):
        if duration_s:
            progress(frame.t / duration_s)
        yield _line(task.path, frame)


def _options(task: Task, choices: Choices) -> ScoreOptions:
    from vision.pipeline import ScoreOptions

    return ScoreOptions(
        camera=load_camera(task.calibration) if task.calibration else None,
        subject=task.subject,
        pack=_pack(task.standard),
        drill=task.drill,
        person=choices.person,
        sample_fps=choices.sample_fps,
        fast=choices.fast,
        version=program_version(),
        neutral=None if choices.neutral is None else own_upright(choices.neutral),
        routine=None if choices.routine is None else parse_routine(choices.routine, "--routine"),
    )


def own_upright(path: Path) -> OwnUpright:
    """The trunk's own upright from a neutral file; CameraError when it is none or does not say."""
    neutral = load_neutral(path)
    flexion = neutral.angles_deg.get("trunk_flexion")
    if flexion is None:
        raise CameraError(
            f"{path}: no trunk_flexion in this neutral file; make it again",
            f"{path}：文件中没有 trunk_flexion，请重新生成",
        )
    return OwnUpright(flexion, neutral.sigma.get("trunk_flexion", 0.0), own_mouth(neutral))


def own_mouth(neutral: Neutral) -> NeutralMouth | None:
    """The mouth at rest; None where the file does not have it."""
    names = ("mouth_width", "mouth_corner_height")
    if not all(name in neutral.face and name in neutral.sigma for name in names):
        return None
    return NeutralMouth(*(neutral.face[name] for name in names), *(neutral.sigma[name] for name in names))


def row_of(path: str, report: Report, has_html: bool, seconds: float) -> SummaryRow:
    """The summary's row of a recording; its report paths are names in the report folder."""
    counts = report.overall.counts
    return SummaryRow(
        path=path,
        status="scored",
        trainee=report.subject.trainee,
        standard=report.standard.id,
        drills=tuple(str(segment.drill) for segment in report.segments),
        verdict=str(report.overall.verdict),
        score=report.overall.value,
        passed=counts.get("pass", 0),
        failed=counts.get("fail", 0),
        uncertain=counts.get("uncertain", 0),
        not_measured=counts.get("not_measured", 0),
        unmeasured_share=round(report.overall.unmeasured_share, 4),
        report="report.json",
        html="report.html" if has_html else None,
        seconds=round(seconds, 2),
        frames=report.source.frames,
        routine=_routine_verdict(report),
        routine_zh=(report.routine and report.routine.message_zh) or None,
        routine_en=(report.routine and report.routine.message_en) or None,
    )


def _routine_verdict(report: Report) -> str | None:
    verdict = report.routine and report.routine.verdict
    return None if verdict is None else str(verdict)


def _line(path: str, frame: MeasuredFrame) -> dict[str, Any]:
    return {
        "path": path,
        "frame": frame.frame,
        "t": round(frame.t, 4),
        "person": frame.person,
        "view": frame.view,
        "measurements": [_measurement(item) for item in frame.measurements],
        "warnings": [{"code": item.code, "zh": item.zh, "en": item.en} for item in frame.warnings],
    }


def _measurement(item: Measurement) -> dict[str, Any]:
    zh, en = REASON_TEXT[item.reason] if item.reason else (None, None)
    return {
        "name": item.name,
        "value": item.value,
        "unit": item.unit,
        "u": item.u,
        "status": item.status,
        "reason": item.reason,
        "reason_zh": zh,
        "reason_en": en,
    }
