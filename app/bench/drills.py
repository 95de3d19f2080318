"""How well drills are found in time: missed, invented, and how far their boundaries lie off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from app.bench.truth import TrueSegment
from vision.phases import Found

CLOSE_S = 0.25
PASSAGES = ("turn",)  # passages that a truth may name like a drill
NO_EDGES = ("stand",)  # standing lies between drills: its boundaries are theirs
SHARED = 0.5  # of the shorter one's time that two drills share to be the same
HIDDEN = 0.3  # share of a drill that an unclear time covers, so that it counts as unclear and not as missed
EDGE_S = 0.06  # this near to the recording's ends nothing begins or ends


@dataclass(frozen=True, slots=True)
class DrillMatch:
    """A drill as performed, beside what was found. Errors (found - true) in s, of boundaries inside the recording."""

    recording: str
    view: str
    drill: str
    outcome: str  # found, unclear or missed
    edges_s: tuple[float, ...] = ()
    holds_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class DrillFindings:
    """Of one or many recordings. ``invented``: drills that were found but not performed."""

    matches: tuple[DrillMatch, ...] = ()
    invented: tuple[str, ...] = ()
    recordings: int = 0
    flawless: int = 0  # recordings without a missed, unclear or invented drill

    def __add__(self, other: DrillFindings) -> DrillFindings:
        return DrillFindings(
            self.matches + other.matches,
            self.invented + other.invented,
            self.recordings + other.recordings,
            self.flawless + other.flawless,
        )


def compare_drills(
    recording: str, view: str, truth: Sequence[TrueSegment], found: Found, span_s: tuple[float, float]
) -> DrillFindings:
    """Hold what was found in one recording against what was performed in it."""
    answers = [_answer(str(p.drill), p.start_s, p.end_s, p.hold_start_s, p.hold_end_s) for p in found.phases]
    answers += [TrueSegment(p.kind, p.start_s, p.end_s, None) for p in found.passages if p.kind in PASSAGES]
    doubts = [(p.start_s, p.end_s) for p in found.passages if p.kind == "unclear"]
    free = list(range(len(answers)))
    matches = []
    for real in truth:
        best = max(free, key=lambda k: _shared(answers[k], real), default=None)
        if best is None or _shared(answers[best], real) <= SHARED * min(_length(answers[best]), _length(real)):
            hidden = sum(max(0.0, min(e, real.end_s) - max(s, real.start_s)) for s, e in doubts)
            outcome = "unclear" if hidden > HIDDEN * _length(real) else "missed"
            matches.append(DrillMatch(recording, view, real.drill, outcome))
            continue
        free.remove(best)
        matches.append(_match(recording, view, real, answers[best], span_s))
    invented = tuple(answers[k].drill for k in free)
    flawless = not invented and all(match.outcome == "found" for match in matches)
    return DrillFindings(tuple(matches), invented, 1, int(flawless))


def _answer(drill: str, start_s: float, end_s: float, hold_s: float | None, held_s: float | None) -> TrueSegment:
    return TrueSegment(drill, start_s, end_s, None if hold_s is None or held_s is None else (hold_s, held_s))


def _length(segment: TrueSegment) -> float:
    return segment.end_s - segment.start_s


def _shared(answer: TrueSegment, real: TrueSegment) -> float:
    """Time in common; nothing for another drill."""
    if answer.drill != real.drill:
        return 0.0
    return max(0.0, min(answer.end_s, real.end_s) - max(answer.start_s, real.start_s))


def _match(
    recording: str, view: str, real: TrueSegment, answer: TrueSegment, span_s: tuple[float, float]
) -> DrillMatch:
    edges = ((real.start_s, answer.start_s), (real.end_s, answer.end_s))
    holds = zip(real.hold_s, answer.hold_s, strict=True) if real.hold_s and answer.hold_s else ()
    return DrillMatch(recording, view, real.drill, "found", _errors(edges, span_s), _errors(holds, span_s))


def _errors(
    pairs: Sequence[tuple[float, float]] | zip[tuple[float, float]], span_s: tuple[float, float]
) -> tuple[float, ...]:
    first, last = span_s
    return tuple(found - true for true, found in pairs if first + EDGE_S < true < last - EDGE_S)


def drill_table(findings: DrillFindings) -> Iterator[str]:
    """The Markdown table by drill."""
    yield (
        "| drill | performed | found | unclear | missed | invented | boundaries | within 0.25 s | median | 95 % below |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    names = list(dict.fromkeys(match.drill for match in findings.matches)) + sorted(
        set(findings.invented) - {match.drill for match in findings.matches}
    )
    for name in names:
        group = [match for match in findings.matches if match.drill == name]
        yield _row(name, group, findings.invented.count(name))
    drills = [match for match in findings.matches if match.drill not in NO_EDGES]
    yield _row("**all but standing**", drills, sum(name not in NO_EDGES for name in findings.invented))


def view_table(findings: DrillFindings) -> Iterator[str]:
    """The same by view; what is invented belongs to no view."""
    yield "| view | performed | found | unclear | missed | boundaries | within 0.25 s | median | 95 % below |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for view in sorted({match.view for match in findings.matches}):
        group = [match for match in findings.matches if match.view == view and match.drill not in NO_EDGES]
        cells = _row(view, group, 0).strip("| ").split(" | ")
        yield f"| {' | '.join(cells[:5] + cells[6:])} |"


def _row(name: str, group: Sequence[DrillMatch], invented: int) -> str:
    count = {outcome: sum(match.outcome == outcome for match in group) for outcome in ("found", "unclear", "missed")}
    errors = [] if name in NO_EDGES else [abs(error) for match in group for error in match.edges_s]
    cells = [
        name,
        str(len(group)),
        *(str(n) for n in count.values()),
        str(invented),
        str(len(errors)) if errors else "",
    ]
    if errors:
        close = sum(error <= CLOSE_S for error in errors) / len(errors)
        cells += [f"{100 * close:.0f} %", f"{median(errors):.2f} s", f"{np.percentile(errors, 95):.2f} s"]
    else:
        cells += ["", "", ""]
    return f"| {' | '.join(cells)} |"


def hold_line(findings: DrillFindings) -> str:
    """One sentence on the holds."""
    errors = [abs(error) for match in findings.matches if match.drill not in NO_EDGES for error in match.holds_s]
    if not errors:
        return "No holds."
    close = sum(error <= CLOSE_S for error in errors) / len(errors)
    return (
        f"Holds inside drills: {len(errors)} beginnings and ends, {100 * close:.0f} % within {CLOSE_S:g} s, "
        f"median {median(errors):.2f} s."
    )
