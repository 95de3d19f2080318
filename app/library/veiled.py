"""What leaves of a take with every face covered: both videos and the report for people.

The take itself stays as it is; what it says was measured before.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from app.library.exports import export
from app.library.layer import Layer
from app.library.takes import ANNOTATED_FILE, Take
from app.places import Places
from app.server.uploads import safe_name
from vision.files import atomic_write
from vision.report.model import Report
from vision.types import Drill

LOOKING, WRITING = 0.5, 0.25  # shares of the work


def make_veiled(
    places: Places,
    take: Take,
    report: Report,
    layer: Layer,
    language: str,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Path, ...]:
    """Write them below the viewer's exports, where they stay for a day; the files.

    MediaError when the recording cannot be read, OutputError when the disk refuses.
    """
    from vision.veil import Heads, blur_video, find_heads

    annotated = take.folder / ANNOTATED_FILE
    sources = [one for one in (annotated, take.recording) if one is not None and one.is_file()]
    duration_s = report.source.duration_s or 1.0
    heads = Heads()
    if sources:
        looked = sources[-1]  # the recording, where it is there: nothing is drawn on it
        heads = find_heads(looked, progress=lambda at_s: progress(LOOKING * min(1.0, at_s / duration_s)))
    slides = find_heads(annotated) if annotated in sources and _is_of_slides(report) else heads
    folder, name = places.exports / secrets.token_hex(8), safe_name(take.title)
    written = []
    for number, source in enumerate(sources):
        done = LOOKING + number * WRITING

        def advance(at_s: float, done: float = done) -> None:
            progress(done + WRITING * min(1.0, at_s / duration_s))

        goal = folder / f"{name}-{'annotated' if source == annotated else 'recording'}-blurred.mp4"
        written.append(blur_video(source, goal, slides if source == annotated else heads, advance))
    page = folder / f"{name}-blurred.html"
    atomic_write(page, export(take, report, layer, "html", language, heads))
    progress(1.0)
    return (*written, page)


def _is_of_slides(report: Report) -> bool:
    """Whether the annotated video has a time of its own: a grooming station's shows its stills one after the other."""
    return any(segment.drill is Drill.GROOM for segment in report.segments)
