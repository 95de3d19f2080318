"""A data folder full of made-up assessments, through the program's own functions: for measuring pages.

Trainees are numbered, their values random (seeded) and getting better with time; verdicts are the real judge's. Each
take has its folder with report, series, small picture and card, and is entered as a start of the program would enter
it. All takes share one recording.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.library.layer import Entry, Kind, keep
from app.library.pictures import frame_jpeg
from app.library.records import Card, store_of, write_card
from app.library.takes import ANNOTATED_FILE, SERIES_FILE, THUMBNAIL_FILE, enter
from app.places import Places
from app.store.media import media_name, put
from app.store.people import set_group, trainees
from tests.report.conftest import example_report, example_series
from vision.quantities import quantity
from vision.report import write_reports
from vision.report.model import StandardRef
from vision.standard import Pack, Rule, judge, load_pack, manual_items, overall_score, score_checks
from vision.types import Drill, Measurement, Reason, Segment, Side, Subject, Verdict, View

SEQUENCES = ((Drill.STAND,), (Drill.BOW,), (Drill.GUIDE,), (Drill.SIT,), (Drill.STAND, Drill.BOW))
USUAL_U = {"deg": 3.5, "cm": 1.8, "1": 0.06, "s": 0.12, "cm/s": 4.0, "1/min": 4.0}
SPREAD = {"deg": 4.0, "cm": 2.0, "1": 0.07, "s": 0.3, "cm/s": 6.0, "1/min": 6.0}
DAYS = 300
UNMEASURED, OVERRIDDEN, SIGNED = 0.12, 0.06, 0.25  # shares of values and of takes
COACH = "教练"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is made, and from which seed. ``until`` is the newest take's time: now, or the page would purge them."""

    takes: int
    people: int
    seed: int = 1
    groups: int = 8
    until: datetime = field(default_factory=lambda: datetime.now(UTC))


def fill(places: Places, recording: Path, wanted: Wanted) -> Iterator[int]:
    """Fill an empty data folder; yields how many takes are there."""
    chance = random.Random(wanted.seed)
    pack, store = load_pack("telecom"), store_of(places)
    media = media_name(recording)
    put(places.root, recording, media)
    pattern = _pattern(places.root / "pattern", recording)
    skills = [_skill(pack, chance) for _ in range(wanted.people)]
    for number in range(wanted.takes):
        person = number % wanted.people
        done = number / max(1, wanted.takes - 1)
        when = wanted.until - timedelta(days=DAYS * (1 - done), minutes=chance.randrange(240))
        folder = places.library / f"{when:%Y%m%d-%H%M%S}-{number:08x}"
        _take(folder, pattern, pack, _Asked(person, done, skills[person], chance))
        write_card(folder, Card(f"课堂 {number + 1:05d}", when.isoformat(timespec="milliseconds"), "batch", media))
        enter(places, folder)
        yield number + 1
    shutil.rmtree(pattern)
    everybody = [person.id for person in trainees(store)]
    for group in range(wanted.groups):
        set_group(store, f"{group + 1} 班", tuple(everybody[group :: wanted.groups]))


@dataclass(frozen=True, slots=True)
class _Asked:
    person: int
    done: float  # share of the time that has passed
    skill: dict[str, float]  # how far off each rule's quantity is at first, in spreads
    chance: random.Random


def _pattern(folder: Path, recording: Path) -> Path:
    """What every take's folder has besides its report."""
    write_reports(example_report(), example_series(), (), folder, {"csv"})
    shutil.copyfile(recording, folder / ANNOTATED_FILE)
    (folder / THUMBNAIL_FILE).write_bytes(frame_jpeg(recording, 1.0))
    return folder


def _skill(pack: Pack, chance: random.Random) -> dict[str, float]:
    return {rule.quantity: chance.gauss(0.0, 1.6) for clause in pack.clauses for rule in clause.rules}


def _take(folder: Path, pattern: Path, pack: Pack, asked: _Asked) -> None:
    subject = Subject(f"学员 {asked.person + 1:03d}", 160.0 + asked.person % 20, "f" if asked.person % 2 else "m")
    segments = tuple(
        _segment(pack, drill, number, subject, asked) for number, drill in enumerate(asked.chance.choice(SEQUENCES))
    )
    report = replace(
        example_report(),
        standard=StandardRef(pack.id, pack.version, pack.sha256),
        subject=subject,
        segments=segments,
        manual_items=manual_items(pack, [segment.drill for segment in segments], subject),
        overall=overall_score([segment.checks for segment in segments]),
        routine=None,
    )
    write_reports(report, None, (), folder, {"json"})
    for name in (SERIES_FILE, ANNOTATED_FILE, THUMBNAIL_FILE):
        os.link(pattern / name, folder / name)
    for entry in _notes(segments, asked.chance):
        keep(folder, entry)


def _segment(pack: Pack, drill: Drill, number: int, subject: Subject, asked: _Asked) -> Segment:
    rules = [rule for clause in pack.clauses if drill in clause.drills for rule in clause.rules]
    measured = {one.name: one for rule in rules for one in _measure(rule, asked)}
    checks = judge(pack, drill, measured, subject, 3.0 * number + 1.0, active_side=Side.RIGHT)
    start = 3.0 * number
    return Segment(
        drill, start, start + 3.0, start + 0.5, start + 2.5, View.FRONT, tuple(measured.values()), checks,
        score_checks(checks), Side.RIGHT, start + 1.0,
    )  # fmt: skip


def _measure(rule: Rule, asked: _Asked) -> Iterator[Measurement]:
    """Values that lie nearer to what is asked as time goes on, with gaps."""
    chance = asked.chance
    for name in rule.quantity_names:
        known = quantity(name)
        unit = rule.unit if known is None else known.unit
        if chance.random() < UNMEASURED:
            yield Measurement(name, None, None, unit, Reason.WRONG_VIEW)
        elif rule.words:
            others = [word for word in (known.words if known else ()) if word not in rule.words] or ["other"]
            right = chance.random() < 0.6 + 0.35 * asked.done
            yield Measurement(name, chance.choice(rule.words if right else others), chance.uniform(0.01, 0.2), "")
        else:
            spread = SPREAD.get(unit, 1.0)
            ends = [end for end in (rule.low, rule.high) if end is not None]
            middle = (
                sum(ends) / len(ends) if len(ends) == 2 else ends[0] + (1 if rule.high is None else -1) * 2 * spread
            )
            off = asked.skill[rule.quantity] * (1.0 - 0.8 * asked.done) + chance.gauss(0.0, 0.7)
            value = max(0.0, middle + off * spread) if unit == "s" else middle + off * spread
            yield Measurement(name, value, USUAL_U.get(unit, 1.0) * chance.uniform(0.7, 1.3), unit)


def _notes(segments: tuple[Segment, ...], chance: random.Random) -> Iterator[Entry]:
    """Some takes are overridden here and there and signed off."""
    if chance.random() >= SIGNED:
        return
    for number, segment in enumerate(segments):
        for check in segment.checks:
            if check.weight > 0 and check.value is not None and chance.random() < OVERRIDDEN:
                other = Verdict.FAIL if check.verdict is Verdict.PASS else Verdict.PASS
                yield Entry(Kind.OVERRIDE, COACH, text="现场看到的不同", segment=number, rule=check.rule, verdict=other)
    yield Entry(Kind.SIGN, COACH)
