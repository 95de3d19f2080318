"""``yitai bench accuracy``: the program against recordings whose truth is known, as a Markdown page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app import engine
from app.batch import pool
from app.bench.drills import compare_drills, drill_table, hold_line
from app.bench.machine import describe
from app.bench.samples import Findings, Judged, Sample, by_name_and_view, compare
from app.bench.statistics import HEADLINES, accuracy, verdicts, word_accuracy
from app.bench.targets import target_table
from app.bench.truth import read_truth
from app.inputs import Defaults, Task, gather
from app.manifest import read_manifest
from vision.errors import ManifestError

PARTS = ("stills", "clips")
GROOMING = (
    "Hair, beard, badge and dress have a page of their own, [accuracy-grooming.md](accuracy-grooming.md), written by "
    "`yitai bench accuracy --grooming DIR`. Its last section, [The same verdict for everybody]"
    "(accuracy-grooming.md#the-same-verdict-for-everybody), compares skin tones, hair colours, sexes and kinds of "
    "light, with confidence intervals."
)


@dataclass(frozen=True, slots=True)
class Trial:
    """One recording with its truth. ``part`` is the folder of the set it belongs to."""

    part: str
    task: Task
    truth: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """The findings of a set, by part, and recordings that could not be scored."""

    by_part: dict[str, Findings]
    failures: tuple[str, ...]


def trials(folder: Path) -> tuple[Trial, ...]:
    """Every recording with a truth in ``folder``, or in its parts; ManifestError when there is none."""
    parts = [folder / part for part in PARTS if (folder / part / "manifest.csv").is_file()]
    if not parts and (folder / "manifest.csv").is_file():
        parts = [folder]
    found = []
    for part in parts:
        rows = read_manifest(part / "manifest.csv")
        for row, task in zip(rows, gather([], rows, Defaults()).tasks, strict=True):
            if row.truth is not None:
                found.append(Trial(part.name, task, row.truth))
    if not found:
        raise ManifestError(
            f"{folder}: no manifest.csv with a column 'truth' here or in stills/ and clips/",
            f"{folder}：此处及 stills/、clips/ 中没有带 truth 列的 manifest.csv",
        )
    return tuple(found)


def examine(trial: Trial, progress: Callable[[float], None]) -> Findings:
    """Score one recording and hold it against its truth. Runs in a worker."""
    truth = read_truth(trial.truth)
    assessed = engine.assess(trial.task, engine.Choices(video=False), progress)
    findings = replace(compare(trial.task.path, assessed.report, truth), seconds=assessed.seconds)
    if not truth.segments:
        return findings
    from vision.pipeline import drills_of

    found = drills_of(assessed.assessment)
    return replace(findings, drills=compare_drills(trial.task.path, truth.view, truth.segments, found, truth.span_s))


def without_camera(found: Sequence[Trial]) -> tuple[Trial, ...]:
    """The same recordings as if no camera file were there."""
    return tuple(replace(trial, task=replace(trial.task, calibration=None)) for trial in found)


def run_trials(found: Sequence[Trial], jobs: int, tick: Callable[[], None]) -> Outcome:
    """Examine all; the order of the findings does not depend on the number of workers."""
    results: dict[int, Findings] = {}
    failures: list[str] = []
    for event in pool.run(examine, found, jobs):
        match event:
            case pool.Finished():
                results[event.index] = event.result
            case pool.Failed():
                failures.append(event.error.en)
            case pool.Died():
                failures.append(f"{found[event.index].task.path}: {' '.join(event.log.split()[-12:])}")
            case _:
                continue
        tick()
    by_part: dict[str, Findings] = {}
    for index in sorted(results):
        part = found[index].part
        by_part[part] = by_part.get(part, Findings()) + results[index]
    return Outcome(by_part, tuple(failures))


def introduction(command: str, title: str = "Accuracy, measured") -> list[str]:
    """The head of a page: what wrote it, on what machine, and what the columns mean."""
    return [
        f"# {title}",
        "",
        f"Written by `{command}` on rendered people whose geometry is known exactly; do not edit by hand.",
        "",
        f"Machine: {describe()}.",
        "",
        "Error = measured - true. *Covered* is the share of true values inside value +- u (95 % is meant); *u* is the "
        "median. *Measured* is the share of recordings in which the program gave a number at all. Front: camera within "
        "25 degrees of straight ahead; oblique: to 65; side: to 115.",
    ]


def page(truth: Path, sections: dict[str, Outcome], parts: Iterable[str] = ()) -> str:
    """The Markdown page of all sections, after the table of ``parts``: what each part of the chain is worth."""
    lines = [*introduction(f"yitai bench accuracy --truth {truth.name}"), *parts]
    for title, outcome in sections.items():
        lines += ["", f"## {title}", *_section(outcome)]
    lines += ["", "## Grooming", "", GROOMING]
    return "\n".join(lines) + "\n"


def _section(outcome: Outcome) -> Iterator[str]:
    everything = sum(outcome.by_part.values(), Findings())
    plain = tuple(sample for sample in everything.samples if sample.hard is None)
    yield from _headlines(plain)
    yield from target_table(plain)
    yield from _verdicts("Verdicts", everything.judged)
    for part, findings in outcome.by_part.items():
        plain = tuple(sample for sample in findings.samples if sample.hard is None)
        yield from _numbers(f"Measurements in {part}", plain)
        yield from _words(f"Words in {part}", plain)
    hard = tuple(sample for sample in everything.samples if sample.hard is not None)
    if hard:
        yield from _numbers("Extra-hard recordings (far, dark, tilted, cut off)", hard)
    if everything.drills.recordings:
        yield from ("", "### Drills in clips, looked for without being told which", "")
        yield from drill_table(everything.drills)
        yield from (
            "",
            f"{everything.drills.recordings} clips, {everything.drills.flawless} of them with every drill found and "
            f"none invented. {hold_line(everything.drills)} Unclear: the program says that it cannot make out what is "
            "done.",
        )
    for failure in outcome.failures:
        yield from ("", f"Not scored: {failure}")


def _headlines(samples: Sequence[Sample]) -> Iterator[str]:
    yield from ("", "### Headline figures", "")
    yield "| figure | limit | mean error | 95 % of errors below | covered | u | n | measured |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for headline in HEADLINES:
        row = accuracy([sample for sample in samples if headline.wanted(sample)])
        yield (
            f"| {headline.title} | {headline.limit:g} {headline.unit} | {_figure(row.mean_error)} | "
            f"{_figure(row.p95_error)} | {_percent(row.covered)} | {_figure(row.median_u)} | {row.count} | "
            f"{_share(row.measured, row.count)} |"
        )


def _numbers(title: str, samples: Sequence[Sample]) -> Iterator[str]:
    groups = by_name_and_view(tuple(sample for sample in samples if not isinstance(sample.truth, str)))
    if not groups:
        return
    yield from ("", f"### {title}", "")
    yield "| measurement | view | n | measured | bias | mean error | 95 % of errors below | covered | u |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|"
    for (name, view), group in groups.items():
        row = accuracy(group)
        cells = (
            *(name, view, str(row.count), _share(row.measured, row.count), _figure(row.bias, signed=True)),
            *(_figure(row.mean_error), _figure(row.p95_error), _percent(row.covered), _figure(row.median_u)),
        )
        yield f"| {' | '.join(cells)} |"


def _words(title: str, samples: Sequence[Sample]) -> Iterator[str]:
    groups = by_name_and_view(tuple(sample for sample in samples if isinstance(sample.truth, str)))
    if not groups:
        return
    yield from ("", f"### {title}", "")
    yield "| measurement | view | n | measured | right | stated probability of being wrong |"
    yield "|---|---|--:|--:|--:|--:|"
    for (name, view), group in groups.items():
        row = word_accuracy(group)
        yield (
            f"| {name} | {view} | {row.count} | {_share(row.measured, row.count)} | {_percent(row.right)} | "
            f"{_percent(row.stated_wrong)} |"
        )


def _verdicts(title: str, judged: Sequence[Judged]) -> Iterator[str]:
    yield from ("", f"### {title}", "")
    yield "| rule on | n | right | wrong | uncertain | abstained | wrong among confident |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    names = sorted({one.name for one in judged})
    for name, group in [(name, [one for one in judged if one.name == name]) for name in names] + [
        ("**all**", [*judged])
    ]:
        row = verdicts(group)
        yield (
            f"| {name} | {row.count} | {row.right} | {row.wrong} | {row.uncertain} | {row.abstained} | "
            f"{_percent(row.wrong_share)} |"
        )


def _figure(value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return ""
    digits = 2 if abs(value) < 10 else 1
    return f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _share(part: int, whole: int) -> str:
    return _percent(part / whole) if whole else ""
