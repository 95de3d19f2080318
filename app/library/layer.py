"""The trainer's layer over a report: ``review.json`` beside it, a list of entries that only grows.

What holds now is what the entries add up to, in their order; who wrote what,
and when, stays readable. The report itself is never changed by it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vision.errors import UsageError, YitaiError
from vision.files import atomic_write
from vision.report.model import Report
from vision.standard import overall_score, score_checks
from vision.types import Score, Segment, Verdict

LAYER_FILE = "review.json"
SCHEMA = "yitai.review/1"
LONGEST_TEXT = 2000
_WRITING = threading.Lock()  # entries of two sessions must not swallow each other


class Kind(StrEnum):
    """What an entry does."""

    OVERRIDE = "override"  # a verdict of the trainer's own on a check, with the reason
    WITHDRAW = "withdraw"  # the override of a check no longer holds
    COMMENT = "comment"  # words at a moment
    ERASE = "erase"  # a comment, named by its number, no longer shows
    TICK = "tick"  # a manual item was looked at
    SIGN = "sign"  # signed off: nothing can be edited
    UNLOCK = "unlock"  # editing goes on, with the reason
    MODEL = "model"  # this take shows how a drill is done
    NO_MODEL = "no_model"  # it no longer does
    REJUDGED = "rejudged"  # judged again by another standard


class Tick(StrEnum):
    """What a trainer saw of a manual item."""

    OK = "ok"
    NOT_OK = "not_ok"
    NOT_SEEN = "not_seen"


NEEDS_TEXT = {Kind.OVERRIDE, Kind.COMMENT, Kind.UNLOCK}
EVEN_WHEN_SIGNED = {Kind.UNLOCK, Kind.MODEL, Kind.NO_MODEL}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing somebody did. Fields that its kind has no use for keep their defaults."""

    kind: Kind
    who: str
    when: str = ""  # ISO 8601, UTC; set when it is kept
    text: str = ""  # reason, or words of a comment
    segment: int | None = None  # counts `Report.segments` from 0
    rule: str = ""  # of a check, or of a manual item
    verdict: Verdict | None = None
    tick: Tick | None = None
    time_s: float | None = None
    drill: str = ""  # of a model
    number: int | None = None  # of the comment that is erased, counting entries from 0


@dataclass(frozen=True, slots=True)
class Layer:
    """What holds now."""

    entries: tuple[Entry, ...] = ()
    overrides: Mapping[tuple[int, str], Entry] = field(default_factory=lambda: MappingProxyType({}))
    comments: tuple[tuple[int, Entry], ...] = ()  # with their numbers, in the order of time in the recording
    ticks: Mapping[str, Entry] = field(default_factory=lambda: MappingProxyType({}))
    signed: Entry | None = None
    models: frozenset[str] = frozenset()  # drills that this take is the model of


def layer_of(entries: Sequence[Entry]) -> Layer:
    """What the entries add up to."""
    signing = [entry for entry in entries if entry.kind in (Kind.SIGN, Kind.UNLOCK)]
    return Layer(
        entries=tuple(entries),
        overrides=MappingProxyType(_overrides(entries)),
        comments=_comments(entries),
        ticks=MappingProxyType({entry.rule: entry for entry in entries if entry.kind is Kind.TICK}),
        signed=signing[-1] if signing and signing[-1].kind is Kind.SIGN else None,
        models=_models(entries),
    )


def _overrides(entries: Sequence[Entry]) -> dict[tuple[int, str], Entry]:
    last = {
        (entry.segment, entry.rule): entry
        for entry in entries
        if entry.kind in (Kind.OVERRIDE, Kind.WITHDRAW) and entry.segment is not None
    }
    return {where: entry for where, entry in last.items() if entry.kind is Kind.OVERRIDE}


def _comments(entries: Sequence[Entry]) -> tuple[tuple[int, Entry], ...]:
    erased = {entry.number for entry in entries if entry.kind is Kind.ERASE}
    shown = [
        (number, entry) for number, entry in enumerate(entries) if entry.kind is Kind.COMMENT and number not in erased
    ]
    return tuple(sorted(shown, key=lambda item: (item[1].time_s or 0.0, item[0])))


def _models(entries: Sequence[Entry]) -> frozenset[str]:
    last = {entry.drill: entry.kind for entry in entries if entry.kind in (Kind.MODEL, Kind.NO_MODEL)}
    return frozenset(drill for drill, kind in last.items() if kind is Kind.MODEL)


def read_layer(folder: Path) -> Layer:
    """The layer of a take; empty when nobody wrote any. YitaiError when the file is damaged: it is left as it is."""
    path = folder / LAYER_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise ValueError(f"schema {document['schema']!r}")
        return layer_of([_entry(one) for one in document["entries"]])
    except FileNotFoundError:
        return Layer()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise YitaiError(
            f"{path.name}: the trainer's notes cannot be read; they are left as they are",
            f"{path.name}：教练记录无法读取，文件保持原样",
        ) from error


def keep(folder: Path, entry: Entry) -> Layer:
    """Add an entry to the take's layer; what holds then.

    UsageError when the entry lacks what its kind needs or the take is signed off, OutputError
    when the disk refuses.
    """
    entry = replace(entry, who=entry.who.strip(), text=entry.text.strip()[:LONGEST_TEXT])
    with _WRITING:
        layer = read_layer(folder)
        _require(entry, layer)
        entries = (*layer.entries, replace(entry, when=datetime.now(UTC).isoformat(timespec="seconds")))
        document = {"schema": SCHEMA, "entries": [_entry_json(one) for one in entries]}
        atomic_write(folder / LAYER_FILE, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return layer_of(entries)


def _require(entry: Entry, layer: Layer) -> None:
    if layer.signed is not None and entry.kind not in EVEN_WHEN_SIGNED:
        raise UsageError("this take is signed off; unlock it first", "已签字确认；请先解锁再修改")
    if not entry.who:
        raise UsageError("give your name first", "请先填写姓名")
    if entry.kind in NEEDS_TEXT and not entry.text:
        if entry.kind is Kind.COMMENT:
            raise UsageError("the comment is empty", "评语是空的")
        raise UsageError("give the reason", "请填写理由")
    if entry.kind is Kind.OVERRIDE and entry.verdict is None:
        raise UsageError("choose a verdict", "请选择判定")


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in asdict(entry).items() if value not in (None, "")}


def _entry(document: Mapping[str, Any]) -> Entry:
    known = {one.name for one in fields(Entry)}
    values = {name: value for name, value in document.items() if name in known}
    values["kind"] = Kind(values["kind"])
    if "verdict" in values:
        values["verdict"] = Verdict(values["verdict"])
    if "tick" in values:
        values["tick"] = Tick(values["tick"])
    return Entry(**values)


def with_overrides(report: Report, layer: Layer) -> Report:
    """The report as the trainer sees it: overridden verdicts in place of the program's, counted again.

    A manual item that was seen to be wrong makes the whole fail; it has no weight in the score.
    """
    if not layer.overrides and not layer.ticks:
        return report
    segments = tuple(_overridden(number, segment, layer) for number, segment in enumerate(report.segments))
    return replace(report, segments=segments, overall=_overall(segments, layer))


def _overridden(number: int, segment: Segment, layer: Layer) -> Segment:
    checks = []
    for check in segment.checks:
        entry = layer.overrides.get((number, check.rule))
        checks.append(check if entry is None or entry.verdict is None else replace(check, verdict=entry.verdict))
    return replace(segment, checks=tuple(checks), score=score_checks(checks))


def _overall(segments: Sequence[Segment], layer: Layer) -> Score:
    overall = overall_score([segment.checks for segment in segments])
    wrong = any(entry.tick is Tick.NOT_OK for entry in layer.ticks.values())
    return replace(overall, verdict=Verdict.FAIL) if wrong else overall
