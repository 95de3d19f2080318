"""Takes for the export tests: every quantity at random around its limits, judged by the shipped packs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from app.exporting.gather import Collection, Item, Kind
from app.library.layer import Entry, Layer, Tick, layer_of
from app.library.layer import Kind as Did
from tests.report.conftest import example_report
from vision.quantities import quantities
from vision.report.model import Report, StandardRef
from vision.standard import judge, load_pack, manual_items, overall_score, score_checks
from vision.types import Drill, Measurement, Reason, Segment, Side, Subject, Verdict, View

DRILLS = (Drill.STAND, Drill.BOW, Drill.GUIDE, Drill.SIT, Drill.SQUAT)


def measured(rng: np.random.Generator) -> dict[str, Measurement]:
    """Every quantity: sometimes missing, words sometimes unsure, numbers anywhere."""
    found = {}
    for name, quantity in quantities().items():
        if rng.random() < 0.15:
            found[name] = Measurement(name, None, None, quantity.unit, Reason.OCCLUDED)
        elif quantity.words:
            word = str(rng.choice(list(quantity.words)))
            found[name] = Measurement(name, word, float(rng.choice([0.01, 0.2])), quantity.unit)
        else:
            value = float(rng.normal(12, 30)) if quantity.unit != "1" else float(rng.uniform(0, 1))
            found[name] = Measurement(name, value, abs(float(rng.normal(0, 3))), quantity.unit)
    return found


def report_of(seed: int, trainee: str | None = "李 雷", standard: str = "telecom", clip: str = "a.mp4") -> Report:
    """A report whose totals are the program's own."""
    rng, pack = np.random.default_rng(seed), load_pack(standard)
    subject = Subject(trainee, 165.0, "f")
    segments = []
    for number, drill in enumerate(DRILLS):
        found = measured(rng)
        side = Side.RIGHT if drill is Drill.GUIDE else None
        checks = judge(pack, drill, found, subject, 2.0 * number + 1, active_side=side)
        segments.append(
            Segment(
                drill, 2.0 * number, 2.0 * number + 2, 2.0 * number + 0.5, 2.0 * number + 1.5, View.FRONT,
                tuple(found.values()), checks, score_checks(checks), side, 2.0 * number + 1,
            )
        )  # fmt: skip
    example = example_report()
    return replace(
        example,
        source=replace(example.source, path=f"clips/{clip}"),
        subject=subject,
        standard=StandardRef(pack.id, pack.version, pack.sha256),
        segments=tuple(segments),
        manual_items=manual_items(pack, DRILLS, subject),
        overall=overall_score([segment.checks for segment in segments]),
    )


def reviewed(report: Report, seed: int = 0, words: str = "看过录像，脚尖没有问题", who: str = "王教练") -> Layer:
    """Overrides of a third of the checks, a comment, a tick and a sign-off."""
    rng = np.random.default_rng(seed)
    when = "2026-03-02T09:30:00+00:00"
    entries = [
        Entry(Did.OVERRIDE, who, when, words, number, check.rule, Verdict(str(rng.choice(list(Verdict)))))
        for number, segment in enumerate(report.segments)
        for check in segment.checks
        if rng.random() < 0.3
    ]
    entries.append(Entry(Did.COMMENT, who, when, words, time_s=1.5))
    if report.manual_items:
        entries.append(Entry(Did.TICK, who, when, rule=report.manual_items[0].rule, tick=Tick.OK))
    entries.append(Entry(Did.SIGN, who, when))
    return layer_of(entries)


def item(folder: Path, seed: int, trainee: str | None = "李 雷", layer: bool = False) -> Item:
    report = report_of(seed, trainee, clip=f"take-{seed}.mp4")
    created = (datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=seed)).isoformat(timespec="milliseconds")
    return Item(f"t{seed}", f"take {seed}", created, folder, report, reviewed(report, seed) if layer else Layer())


def a_class(folder: Path) -> Collection:
    """Five takes of three people, two of them reviewed."""
    names = ("李 雷", "韩梅梅", "李 雷", "A*", "A*")
    items = [item(folder, seed, name, layer=seed % 2 == 0) for seed, name in enumerate(names)]
    return Collection(Kind.CLASS, "春季班", tuple(items))
