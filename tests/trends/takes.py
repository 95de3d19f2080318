"""Takes of standing with chosen values, judged by the shipped standard, dated, and entered as a start would do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.library.records import Card, write_card
from app.library.takes import Take, enter, find_take
from app.places import Places
from tests.report.conftest import example_report
from vision.quantities import quantity
from vision.report import write_reports
from vision.standard import judge, load_pack, overall_score, score_checks
from vision.types import Drill, Measurement, Reason, Segment, Subject, View

FIRST = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)
Values = Mapping[str, tuple[float | str, float] | None]


def measured(name: str, value: tuple[float | str, float] | None) -> Measurement:
    known = quantity(name)
    unit = "" if known is None else known.unit
    if value is None:
        return Measurement(name, None, None, unit, Reason.WRONG_VIEW)
    return Measurement(name, value[0], value[1], unit)


def segment(values: Values, sex: str | None, drill: Drill = Drill.STAND) -> Segment:
    """One time of standing; what has no value here is not measured."""
    found = {name: measured(name, value) for name, value in values.items()}
    checks = judge(load_pack("telecom"), drill, found, Subject(None, None, sex), 1.0)
    return Segment(drill, 0.0, 3.0, 0.5, 2.5, View.FRONT, tuple(found.values()), checks, score_checks(checks))


def stood(
    places: Places,
    who: str | None,
    day: int,
    *times: Values,
    sex: str = "f",
    title: str = "",
    drill: Drill = Drill.STAND,
) -> Take:
    """A take, ``day`` days after the first, of so many times of a drill."""
    segments: Sequence[Segment] = tuple(segment(values, sex, drill) for values in times)
    when = FIRST + timedelta(days=day)
    name = (
        f"{when:%Y%m%d}-{len(list(places.library.glob('*'))):04d}" if places.library.is_dir() else f"{when:%Y%m%d}-0000"
    )
    folder = places.library / name
    report = replace(
        example_report(),
        subject=Subject(who, None, sex),
        segments=tuple(segments),
        manual_items=(),
        overall=overall_score([one.checks for one in segments]),
        routine=None,
    )
    write_reports(report, None, (), folder, {"json"})
    viewer = places.viewer
    card = Card(title or name, when.isoformat(), "upload", None, viewer.account, viewer.name, not viewer.trains)
    write_card(folder, card)
    enter(places, folder)
    take = find_take(places, name)
    assert take is not None
    return take
