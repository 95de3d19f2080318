"""Reports held against the truth: one sample for each measurement, one for each verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.bench.drills import DrillFindings
from app.bench.truth import Truth, Values
from vision.report.model import Report
from vision.types import Check, Reason, Segment

STRAIGHT_ELBOW_DEG = 160.0


@dataclass(frozen=True, slots=True)
class Sample:
    """A measurement beside its true value; ``value`` None where the program abstained."""

    recording: str
    drill: str
    view: str
    hard: str | None
    name: str
    unit: str
    truth: float | str
    value: float | str | None
    u: float | None
    reason: str | None
    main_arm: bool = False  # of a guiding gesture: the arm that guides, held straight
    raised_arm: bool = False  # anything of the arm that is farther from the trunk


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict beside the one that the true value deserves."""

    recording: str
    view: str
    rule: str
    name: str
    verdict: str
    deserved: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All that one or many recordings give.

    ``segments``: (expected, found with the right drill, found in all) of the drill that was asked for;
    ``drills``: of all drills, looked for without being told which.
    """

    samples: tuple[Sample, ...] = ()
    judged: tuple[Judged, ...] = ()
    segments: tuple[int, int, int] = (0, 0, 0)
    seconds: float = 0.0
    drills: DrillFindings = field(default_factory=DrillFindings)

    def __add__(self, other: Findings) -> Findings:
        expected, right, found = (a + b for a, b in zip(self.segments, other.segments, strict=True))
        return Findings(
            self.samples + other.samples,
            self.judged + other.judged,
            (expected, right, found),
            self.seconds + other.seconds,
            self.drills + other.drills,
        )


def compare(recording: str, report: Report, truth: Truth) -> Findings:
    """What a report got right and wrong. The truth is taken over the hold that the program chose."""
    if not report.segments:
        return Findings(tuple(_unseen(recording, truth)), (), _drills(report, truth))
    samples: list[Sample] = []
    judged: list[Judged] = []
    for segment in report.segments:
        real = truth.over(*_hold(segment))
        samples.extend(_samples(recording, segment, truth, real))
        judged.extend(_judged(recording, segment.checks, truth.view, real))
    return Findings(tuple(samples), tuple(judged), _drills(report, truth))


def _unseen(recording: str, truth: Truth) -> Iterator[Sample]:
    """Where nothing was found at all, everything that is true counts as not measured."""
    for name, value in truth.over(*truth.span_s).items():
        yield Sample(recording, "", truth.view, truth.hard, name, "", value, None, None, Reason.NO_PERSON)


def _hold(segment: Segment) -> tuple[float, float]:
    if segment.hold_start_s is None or segment.hold_end_s is None:
        return segment.start_s, segment.end_s
    return segment.hold_start_s, segment.hold_end_s


def _samples(recording: str, segment: Segment, truth: Truth, real: Values) -> Iterator[Sample]:
    for item in segment.measurements:
        if item.name not in real:
            continue
        yield Sample(
            recording=recording,
            drill=str(segment.drill),
            view=truth.view,
            hard=truth.hard,
            name=item.name,
            unit=item.unit,
            truth=real[item.name],
            value=item.value,
            u=item.u,
            reason=item.reason,
            main_arm=guides(item.name, real),
            raised_arm=raised(item.name, real),
        )


def raised(name: str, real: Values) -> bool:
    """Whether a measure is of the arm that is farther from the trunk."""
    arms = {one: real.get(f"arm_trunk_{one}") for one in ("left", "right")}
    numbers = {one: angle for one, angle in arms.items() if isinstance(angle, float)}
    return bool(numbers) and name.endswith(f"_{max(numbers, key=lambda one: numbers[one])}")


def guides(name: str, real: Values) -> bool:
    """Whether ``arm_trunk_SIDE`` is the arm that is farther from the trunk, with a straight elbow."""
    elbow = real.get(f"elbow_{name.removeprefix('arm_trunk_')}")
    straight = isinstance(elbow, float) and elbow >= STRAIGHT_ELBOW_DEG
    return straight and name.startswith("arm_trunk_") and raised(name, real)


def _judged(recording: str, checks: tuple[Check, ...], view: str, real: Values) -> Iterator[Judged]:
    for check in checks:
        if check.measurement in real:
            right = deserved(real[check.measurement], check.accept)
            yield Judged(recording, view, check.rule, check.measurement, str(check.verdict), right)


def deserved(value: float | str, accept: tuple[float | None, float | None] | tuple[str, ...]) -> str:
    """``pass`` or ``fail``, as the true value has it."""
    if isinstance(value, str):
        return "pass" if value in accept else "fail"
    low, high = accept
    too_low = isinstance(low, float | int) and value < low
    too_high = isinstance(high, float | int) and value > high
    return "fail" if too_low or too_high else "pass"


def _drills(report: Report, truth: Truth) -> tuple[int, int, int]:
    """Expected drills, those found (same drill, more than half of the shorter one shared), and how many were found."""
    right = sum(
        any(
            str(found.drill) == real.drill and _shares_time(found, real.start_s, real.end_s)
            for found in report.segments
        )
        for real in truth.segments
    )
    return len(truth.segments), right, len(report.segments) if truth.segments else 0


def _shares_time(found: Segment, start_s: float, end_s: float) -> bool:
    shared = min(found.end_s, end_s) - max(found.start_s, start_s)
    return shared > 0.5 * min(found.end_s - found.start_s, end_s - start_s)


def by_name_and_view(samples: tuple[Sample, ...]) -> Mapping[tuple[str, str], list[Sample]]:
    """Samples grouped for the tables, in the order of names and views."""
    groups: dict[tuple[str, str], list[Sample]] = {}
    for sample in sorted(samples, key=lambda one: (one.name, one.view)):
        groups.setdefault((sample.name, sample.view), []).append(sample)
    return groups
