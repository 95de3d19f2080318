"""``yitai views``: for each clause the view, camera file and reference it needs; and docs/recording.md."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from rich.table import Table

from app.session import EXIT_OK, Session
from app.texts import pick
from calibration.camera import assumed_camera
from vision.files import atomic_write
from vision.quantities import DRILL_TEXT, VIEW_TEXT, Text, label_text, number_text
from vision.standard import load_pack
from vision.types import Drill, View
from vision.viewing import VIEWS, Need, RuleNeeds, Seen, viewing

NEED_TEXT: dict[Need, Text] = {
    Need.CAMERA: ("相机文件", "camera file"),
    Need.SEAT: ("带椅面的相机文件", "camera file with the seat"),
    Need.UPRIGHT: ("同一段录像中先自然站立，或中性文件", "upright standing first, or a neutral file"),
    Need.NEUTRAL: ("中性文件", "neutral file"),
    Need.NEAR: ("面部要大", "a large face"),
    Need.BEFORE: ("从动作开始前录起", "from before the movement begins"),
    Need.AFTER: ("录到动作结束", "to the movement's end"),
    Need.OTHER: ("客户也在画面中", "the customer in the picture"),
}
NOT_TRIED: Text = ("未试", "not tried")
NEVER: Text = ("不行", "no")
BODY_M, MARGIN = 1.9, 1.1  # a tall person in shoes, and room above and below
FACE_PX, EYES_M = 50.0, 0.09  # outer eye corners: the smile's u is then about 0.45
SIZES = ((1280, 720), (1920, 1080))


def show_views(standard: str, out: Path | None, session: Session) -> int:
    """A table on the terminal, or the guide as a Markdown file."""
    rows = viewing(load_pack(standard))
    if out is not None:
        atomic_write(out, "\n".join(guide(standard, rows)) + "\n")
        return EXIT_OK
    language = session.language
    for drill, own in _by_drill(rows):
        table = Table(title=pick(language, *DRILL_TEXT[drill]), box=None, padding=(0, 2, 0, 0), title_justify="left")
        for zh, en in HEADINGS:
            table.add_column(pick(language, zh, en), overflow="fold")
        for row in own:
            table.add_row(*cells(row, language))
        session.out.print(table, width=max(session.out.width, 120))
    return EXIT_OK


HEADINGS: tuple[Text, ...] = (
    ("条款", "clause"),
    ("测量", "measures"),
    *(VIEW_TEXT[view] for view in VIEWS),
    ("还需要", "also needs"),
)


def _by_drill(rows: tuple[RuleNeeds, ...]) -> Iterator[tuple[Drill, list[RuleNeeds]]]:
    for drill in Drill:
        own = [row for row in rows if row.drill is drill]
        if own:
            yield drill, own


def cells(row: RuleNeeds, language: str) -> tuple[str, ...]:
    """The clause, what it measures, each view, and what else is needed."""
    name = row.rule.quantity_names[0]
    label = label_text(name, language)
    if row.rule.sides is not None:
        label = label.replace(pick(language, "左", "left "), "", 1)
    needs = pick(language, "、", ", ").join(pick(language, *NEED_TEXT[need]) for need in row.needs)
    ask = pick(language, row.clause.zh, row.clause.en)
    return ask, label, *(_cell(row, view, language) for view in VIEWS), needs


def _cell(row: RuleNeeds, view: View, language: str) -> str:
    seen = row.by_view.get(view)
    if seen is None:
        return pick(language, *NOT_TRIED)
    if not (seen.usual or seen.rare):
        return pick(language, *NEVER)
    best = "*" if row.best is view else ""
    text = _u_text(seen, row.rule.quantity_names[0], words=bool(row.rule.words))
    return f"{text}{best}" if seen.usual else f"({text}, {100 * seen.share:.0f} %)"


def _u_text(seen: Seen, name: str, *, words: bool) -> str:
    """``± u``; of a word how often it is wrong by its own account."""
    return f"{100 * seen.u:.0f} %" if words else "± " + number_text(seen.u, name)


def guide(standard: str, rows: tuple[RuleNeeds, ...]) -> Iterator[str]:
    """docs/recording.md."""
    yield from (
        "# How to record",
        "",
        f"Written by `yitai views --standard {standard} --out docs/recording.md` from recordings whose truth is known "
        "(`vision/data/views.json`); do not edit by hand.",
        "",
        "The tables say for each clause and view how sure the number is (±, 95 %) with a camera file; * is the best "
        "view, brackets mean that only this share of the recordings, less than half, gave a number, *no* that hardly "
        "any did, *not tried* that there was no recording of that kind. Of words (which hand, where) the figure is the "
        "stated risk of being wrong.",
        "",
        "- One person, whole body with both feet in the picture, even light, a still camera at about chest height.",
        *(f"- {_distance(size)}" for size in SIZES),
        "- Hold a posture for at least a second, and stand upright for a second before the first bow.",
        "- Walks are judged best when they come towards the camera; arms swing visibly only across the picture.",
        "- Make a camera file once for the place (docs/calibration.md) and a neutral file once for the person "
        "(`yitai calibrate neutral`).",
    )
    for drill, own in _by_drill(rows):
        yield from ("", f"## {DRILL_TEXT[drill][1].capitalize()} ({DRILL_TEXT[drill][0]})", "")
        yield "| " + " | ".join(en for _, en in HEADINGS) + " |"
        yield "|" + "---|" * len(HEADINGS)
        for row in own:
            yield "| " + " | ".join(cells(row, "en")) + " |"


def _distance(size_wh: tuple[int, int]) -> str:
    """From where the whole body fits into a usual camera's picture, and up to where a smile is seen."""
    camera = assumed_camera(size_wh)
    body_m = MARGIN * BODY_M * camera.focal_px / size_wh[1]
    face_m = EYES_M * camera.focal_px / FACE_PX
    return (
        f"{size_wh[0]}x{size_wh[1]} with a usual field of view: {math.ceil(10 * body_m) / 10:.1f} m or more for the "
        f"whole body, {math.floor(10 * face_m) / 10:.1f} m or less for a smile."
    )
