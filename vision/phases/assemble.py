"""From the course of postures to drills with their boundaries, fitted to the landmarks in the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from vision.landmarks import Landmark as L
from vision.phases.decode import SURE, Step, is_turn
from vision.phases.model import BowTiming, Passage, Phase
from vision.phases.motion import Motion, Rest
from vision.phases.ramps import Course, Ramp, fit_excursion
from vision.types import Drill, Side

HEAD = (L.NOSE, L.LEFT_EAR, L.RIGHT_EAR, L.LEFT_SHOULDER, L.RIGHT_SHOULDER)
ARM = {
    Side.LEFT: (L.LEFT_ELBOW, L.LEFT_WRIST, L.LEFT_INDEX),
    Side.RIGHT: (L.RIGHT_ELBOW, L.RIGHT_WRIST, L.RIGHT_INDEX),
}
"""The landmarks whose way times a movement."""

REACH_S = 0.8
"""How much of the rests before and after a movement its fit looks at."""

BRIEF_S = 0.35
"""An unclear moment shorter than this, with the same posture on both sides, belongs to it."""

SHORTEST_STAND_S = 0.3
"""Less standing than this between two drills is the transition from one to the other."""

WALK_EDGE_S = 0.8
"""A walk begins where the last rest before it ends, if that is no farther than this from where the pelvis sets off."""

UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive rests in one posture. ``drill`` None: not clear which."""

    steps: tuple[Step, ...]
    drill: Drill | None
    side: Side | None

    @property
    def start_s(self) -> float:
        """Of the first rest."""
        return self.steps[0].rest.start_s

    @property
    def end_s(self) -> float:
        """Of the last rest."""
        return self.steps[-1].rest.end_s

    @property
    def longest(self) -> Rest:
        """The rest that is the posture itself, not a halt on the way."""
        return max((s.rest for s in self.steps), key=lambda r: r.length_s)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the timeline: a drill or a passage; standing is put between them."""

    start_s: float
    end_s: float
    phase: Phase | None = None
    passage: Passage | None = None
    run: Run | None = None


def assemble(
    motion: Motion, steps: list[Step], walks: list[Phase], limits_s: tuple[float, float]
) -> tuple[list[Phase], list[Passage]]:
    """Drills and passages of one stretch, in order of time and without overlaps."""
    runs = runs_of(steps)
    pieces = [_piece(motion, runs, k, limits_s) for k in range(len(runs)) if runs[k].drill is not Drill.STAND]
    pieces += [_walk_piece(walk, steps, limits_s) for walk in walks]
    pieces += _turns(steps, walks)
    pieces = _apart(sorted(pieces, key=lambda p: (p.start_s, p.end_s)))
    standing = [_stand(run, pieces, limits_s) for run in runs if run.drill is Drill.STAND]
    phases = [p.phase for p in pieces if p.phase is not None] + [s for s in standing if s is not None]
    passages = [p.passage for p in pieces if p.passage is not None]
    passages += [
        Passage("rise", p.phase.hold_end_s, p.end_s)
        for p in pieces
        if p.phase is not None and p.phase.drill is Drill.SIT and (p.phase.hold_end_s or p.end_s) < p.end_s
        if p.phase.hold_end_s is not None
    ]
    return sorted(phases, key=lambda p: p.start_s), sorted(passages, key=lambda p: p.start_s)


def runs_of(steps: list[Step]) -> list[Run]:
    """Rests of one posture and one block together; brief doubts take the posture round them."""
    keys: list[tuple[Drill | None, Side | None]] = [
        (s.state.drill, s.state.side) if s.sure >= SURE and s.state.drill is not None else (None, None) for s in steps
    ]
    for k in range(1, len(steps) - 1):
        if keys[k] == (None, None) and keys[k - 1] == keys[k + 1] and steps[k].rest.length_s < BRIEF_S:
            keys[k] = keys[k - 1]
    kept = [k for k in range(len(steps)) if keys[k] != (None, None) or steps[k].rest.length_s >= BRIEF_S]
    out = []
    for (key, _), members in groupby(kept, key=lambda k: (keys[k], steps[k].block)):
        out.append(Run(tuple(steps[k] for k in members), *key))
    return out


def _piece(motion: Motion, runs: list[Run], k: int, limits_s: tuple[float, float]) -> Piece:
    """A drill, or what is unclear, with the movements into it and out of it."""
    run = runs[k]
    before = runs[k - 1] if k > 0 and runs[k - 1].steps[-1].block == run.steps[0].block else None
    after = runs[k + 1] if k + 1 < len(runs) and runs[k + 1].steps[0].block == run.steps[-1].block else None
    if run.drill is None:
        start = limits_s[0] if k == 0 else (before.end_s if before else run.start_s)
        end = limits_s[1] if k == len(runs) - 1 else (after.start_s if after else run.end_s)
        return Piece(start, end, passage=Passage(UNCLEAR, start, end), run=run)
    phase = _fitted(motion, run, before, after)
    if k == 0:
        phase = _from(phase, limits_s[0])
    if k == len(runs) - 1:
        phase = _until(phase, limits_s[1])
    return Piece(phase.start_s, phase.end_s, phase=phase, run=run)


def _from(phase: Phase, start_s: float) -> Phase:
    return replace(phase, start_s=start_s, hold_start_s=start_s)


def _until(phase: Phase, end_s: float) -> Phase:
    return replace(phase, end_s=end_s, hold_end_s=end_s)


def _fitted(motion: Motion, run: Run, before: Run | None, after: Run | None) -> Phase:
    """The drill of a run, its movements fitted; those of the legs begin and end where the whole body rests."""
    assert run.drill is not None
    start = before.end_s if before else run.start_s
    end = after.start_s if after else run.end_s
    phase = Phase(run.drill, start, end, run.start_s, run.end_s, run.side)
    marks = _marks(run)
    if not marks or not (before or after):
        return phase
    main = run.longest
    up = Ramp(start, max(main.start_s, start + 0.2)) if before else None
    down = Ramp(min(main.end_s, end - 0.2), end) if after else None
    first = max(before.steps[-1].rest.start_s, start - REACH_S) if before else run.start_s
    last = min(after.steps[0].rest.end_s, end + REACH_S) if after else run.end_s
    course = fit_excursion(*motion.channels(marks, first, last), up, down)
    return _timed(phase, course)


def _marks(run: Run) -> tuple[L, ...]:
    if run.drill is Drill.BOW:
        return HEAD
    if run.drill is Drill.GUIDE and run.side is not None:
        return ARM[run.side]
    return ARM[Side.LEFT] + ARM[Side.RIGHT] if run.drill is Drill.HAND_OVER else ()


def _timed(phase: Phase, course: Course) -> Phase:
    """The phase with the course's times."""
    start, hold_start = phase.start_s, phase.hold_start_s
    end, hold_end = phase.end_s, phase.hold_end_s
    if hold_start is None or hold_end is None:
        return phase
    if course.up is not None:
        start, hold_start = course.up.start_s, course.up.end_s
    if course.down is not None:
        hold_end, end = course.down.start_s, course.down.end_s
    if hold_end < hold_start:
        hold_start = hold_end = (hold_start + hold_end) / 2.0
    return replace(phase, start_s=start, end_s=end, hold_start_s=hold_start, hold_end_s=hold_end)


def with_bow_timing(phase: Phase, deepest_s: float, limits_s: tuple[float, float]) -> Phase:
    """A bow with how it was made in time; a ramp outside the recording is None."""
    if phase.hold_start_s is None or phase.hold_end_s is None:
        return phase
    down = phase.hold_start_s - phase.start_s if phase.start_s > limits_s[0] else None
    up = phase.end_s - phase.hold_end_s if phase.end_s < limits_s[1] else None
    return replace(phase, timing=BowTiming(down, phase.hold_end_s - phase.hold_start_s, up, deepest_s))


def _walk_piece(walk: Phase, steps: list[Step], limits_s: tuple[float, float]) -> Piece:
    """A walk from the end of the last rest before it; its end the pelvis shows, as arms and head sway on."""
    earlier = [s.rest.end_s for s in steps if s.rest.middle_s <= walk.start_s + 0.1]
    later = [s.rest.start_s for s in steps if s.rest.middle_s >= walk.end_s - 0.1]
    start, end = max(walk.start_s, limits_s[0]), min(walk.end_s, limits_s[1])
    if earlier and abs(earlier[-1] - walk.start_s) <= WALK_EDGE_S:
        start = earlier[-1]
    if later and abs(later[0] - walk.end_s) <= WALK_EDGE_S:
        end = min(end, later[0])
    phase = replace(walk, start_s=start, end_s=max(end, start))
    return Piece(phase.start_s, phase.end_s, phase=phase)


def _turns(steps: list[Step], walks: list[Phase]) -> list[Piece]:
    out = []
    for first, second in pairwise(steps):
        walked = any(first.rest.middle_s < w.end_s and w.start_s < second.rest.middle_s for w in walks)
        if is_turn(first, second) and not walked:
            start, end = first.rest.end_s, second.rest.start_s
            out.append(Piece(start, end, passage=Passage("turn", start, end)))
    return out


def _apart(pieces: list[Piece]) -> list[Piece]:
    """Where two overlap, both end and begin half way."""
    out: list[Piece] = []
    for piece in pieces:
        if out and piece.start_s < out[-1].end_s:
            cut = min((piece.start_s + out[-1].end_s) / 2.0, piece.end_s)
            cut = max(cut, out[-1].start_s)
            out[-1] = _cut(out[-1], out[-1].start_s, cut)
            piece = _cut(piece, cut, piece.end_s)
        out.append(piece)
    return out


def _cut(piece: Piece, start_s: float, end_s: float) -> Piece:
    def inside(moment_s: float | None) -> float | None:
        return None if moment_s is None else min(max(moment_s, start_s), end_s)

    phase, passage = piece.phase, piece.passage
    if phase is not None:
        holds = inside(phase.hold_start_s), inside(phase.hold_end_s)
        phase = replace(phase, start_s=start_s, end_s=end_s, hold_start_s=holds[0], hold_end_s=holds[1])
    if passage is not None:
        passage = replace(passage, start_s=start_s, end_s=end_s)
    return replace(piece, start_s=start_s, end_s=end_s, phase=phase, passage=passage)


def _stand(run: Run, pieces: list[Piece], limits_s: tuple[float, float]) -> Phase | None:
    """Standing reaches from the drill before it to the one after it."""
    middle = run.longest.middle_s
    start = max([p.end_s for p in pieces if p.end_s <= middle + 1e-6] + [limits_s[0]])
    end = min([p.start_s for p in pieces if p.start_s >= middle - 1e-6] + [limits_s[1]])
    if end - start < SHORTEST_STAND_S and (start, end) != limits_s:
        return None
    return Phase(Drill.STAND, start, end, start, end)
