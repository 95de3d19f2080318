"""Many report folders judged again by another standard: reports, tables and a summary, without video or network."""

from __future__ import annotations

import glob
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from app import engine
from app.batch import pool
from app.batch.run import Watcher, failed_row
from app.batch.summary import SummaryRow, read_rows, write_summary
from app.files import part_folder, remove, replace_folder, writing_to
from app.inputs import folder_names
from app.library.layer import LAYER_FILE
from app.library.rejudge import keep_rejudged, rejudged, replace_report, with_notice
from app.library.series import take_series
from app.library.takes import REPORT_FILE, read_report
from app.settings import program_version
from vision.errors import OutputError, UsageError, YitaiError
from vision.records import RECORD_FILE
from vision.report import FORMATS, Report, write_reports
from vision.standard import Pack, load_pack

WHO = "yitai rejudge"


@dataclass(frozen=True, slots=True)
class Kept:
    """A report folder that an input leads to; ``container``: the folder of folders that was named, if it was one."""

    path: str  # as the summary names it
    folder: Path
    container: Path | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker needs for one report; ``final`` None: in its own folder."""

    kept: Kept
    standard: str
    pack_hash: str
    final: Path | None
    formats: frozenset[str]
    language: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Report folders and how they are judged again; ``out`` None: each in its own folder."""

    kept: tuple[Kept, ...]
    nothing: tuple[str, ...]  # inputs that lead to no report
    standard: str
    out: Path | None
    formats: frozenset[str]
    language: str
    jobs: int

    @property
    def total(self) -> int:
        """How many rows there will be."""
        return len(self.kept) + len(self.nothing)


def find_reports(inputs: Sequence[str]) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    """Report folders among the inputs (folders, folders of them, patterns, ``report.json``), and what leads to none."""
    found: dict[Path, Kept] = {}
    nothing = []
    for given in inputs:
        places = [given] if Path(given).exists() else sorted(glob.glob(given, recursive=True))
        kept = [one for place in places for one in _reports_in(Path(place))]
        if not kept:
            nothing.append(given)
        for one in kept:
            found.setdefault(one.folder.resolve(), one)
    return tuple(found.values()), tuple(nothing)


def _reports_in(place: Path) -> Iterator[Kept]:
    if place.name == REPORT_FILE and place.is_file():
        yield Kept(str(place.parent), place.parent)
    elif (place / REPORT_FILE).is_file():
        yield Kept(str(place), place)
    elif place.is_dir():
        for folder, names, files in os.walk(place):
            names[:] = sorted(name for name in names if not name.startswith("."))
            if REPORT_FILE in files:
                yield Kept(folder, Path(folder), place)


def judge_again(plan: Plan, watcher: Watcher) -> list[SummaryRow]:
    """Judge everything again; the rows, in the order of the inputs. OutputError ends the run.

    Raises PackError and UsageError before anything is touched.
    """
    orders = _orders(plan)
    rows: dict[int, SummaryRow] = {}
    for offset, given in enumerate(plan.nothing):
        error = YitaiError(f"{given}: no report in this folder", f"{given}：没有报告")
        _done(rows, len(orders) + offset, failed_row(given, error, plan.language), watcher)
    try:
        for event in pool.run(rejudge_folder, orders, plan.jobs):
            _heed(event, orders, rows, watcher)
    finally:
        for order in orders:
            if order.final is not None:
                remove(part_folder(order.final))
        with suppress(OutputError):  # on a full disk the last summary stands
            _summarise(plan, rows)
    return [rows[index] for index in sorted(rows)]


def _orders(plan: Plan) -> list[Order]:
    pack = load_pack(plan.standard)
    names = folder_names([one.folder.with_name(f"{one.folder.name}.json") for one in plan.kept])
    orders = [
        Order(one, plan.standard, pack.sha256, plan.out and plan.out / name, plan.formats, plan.language)
        for one, name in zip(plan.kept, names, strict=True)
    ]
    earlier = {one.folder.resolve() for one in plan.kept}
    if any(order.final is not None and order.final.resolve() in earlier for order in orders):
        raise UsageError(
            f"--out {plan.out} holds the earlier reports; choose another folder, or leave --out away",
            f"--out {plan.out} 中是原来的报告；请换一个文件夹，或不用 --out",
        )
    return orders


def _heed(event: pool.Event, orders: Sequence[Order], rows: dict[int, SummaryRow], watcher: Watcher) -> None:
    order = orders[event.index]
    match event:
        case pool.Started():
            watcher.started(event.index, order.kept.path)
        case pool.Progressed():
            watcher.progressed(event.index, event.share)
        case pool.Finished():
            _done(rows, event.index, event.result, watcher)
        case pool.Failed():
            if isinstance(event.error, OutputError):
                raise event.error
            _done(rows, event.index, failed_row(order.kept.path, event.error, order.language), watcher)
        case pool.Died():
            last = " ".join(event.log.split()[-12:])
            error = YitaiError(f"its worker ended: {last}", f"处理进程中断：{last}")
            _done(rows, event.index, failed_row(order.kept.path, error, order.language), watcher)


def _done(rows: dict[int, SummaryRow], index: int, row: SummaryRow, watcher: Watcher) -> None:
    rows[index] = row
    watcher.done(index, row, False)


def rejudge_folder(order: Order, progress: Callable[[float], None]) -> SummaryRow:
    """Judge one report again, into its own folder or a new one. Runs in a worker.

    YitaiError when there is nothing to judge or the trainer has signed it off.
    """
    started_s = time.monotonic()
    source = order.kept.folder
    before = read_report(source / REPORT_FILE)
    after = rejudged(before, _pack(order.standard, order.pack_hash))
    final = order.final or source
    if order.final is None:
        noted = (source / LAYER_FILE).is_file()
        after = keep_rejudged(source, before, after, WHO) if noted else replace_report(source, before, after)
        write_reports(after, take_series(source), (), source, order.formats - {"json"}, order.language)
    else:
        after = with_notice(after, before.standard)
        _write_anew(order, after, order.final)
    html = str(final / FORMATS["html"]) if "html" in order.formats else None
    row = engine.row_of(before.source.path, after, html is not None, time.monotonic() - started_s)
    return replace(row, report=str(final / REPORT_FILE), html=html)


def _write_anew(order: Order, report: Report, final: Path) -> None:
    """A new report folder, which appears whole."""
    part = part_folder(final)
    try:
        remove(part)
        series = take_series(order.kept.folder)
        write_reports(report, series, (), part, order.formats | {"json"}, order.language)
        _bring_record(order.kept.folder, part)
        with writing_to(final):
            replace_folder(part, final)
    finally:
        remove(part)


@lru_cache(maxsize=4)
def _pack(standard: str, sha256: str) -> Pack:
    """The pack, read once in each worker; ``sha256`` tells an edited one."""
    return load_pack(standard)


def _bring_record(source: Path, target: Path) -> None:
    """The numbers over time beside the new report: the same file under a second name where the disk can do that."""
    record = source / RECORD_FILE
    if not record.is_file():
        return
    with writing_to(target):
        try:
            os.link(record, target / RECORD_FILE)
        except OSError:
            shutil.copyfile(record, target / RECORD_FILE)


def _summarise(plan: Plan, rows: dict[int, SummaryRow]) -> None:
    """``summary.csv`` and ``.json`` in the output folder, or in each folder of folders that was judged in place."""
    ordered = [rows[index] for index in sorted(rows)]
    if plan.out is not None:
        write_summary(plan.out, [_seen_from(plan.out, row) for row in ordered], plan.total, program_version())
        return
    for container in dict.fromkeys(one.container for one in plan.kept if one.container is not None):
        own = [rows[k] for k, one in enumerate(plan.kept) if one.container == container and k in rows]
        new = {row.report: row for row in (_seen_from(container, row) for row in own) if row.report}
        before = [new.pop(row.report or "", row) for row in read_rows(container)]
        together = [*before, *new.values()]
        write_summary(container, together, len(together), program_version())


def _seen_from(folder: Path, row: SummaryRow) -> SummaryRow:
    """The row with its report files named as seen from the summary."""
    report, html = (name and Path(name).relative_to(folder).as_posix() for name in (row.report, row.html))
    return replace(row, report=report, html=html)
