"""What each measure is aimed at, by view: mean absolute error, coverage, and how often it may be withheld."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.bench.samples import Sample
from app.bench.statistics import accuracy, word_accuracy


@dataclass(frozen=True, slots=True)
class Target:
    """Numbers: mean error at most ``limit``. Words: share right at least ``limit``."""

    title: str
    limit: float
    withheld: float  # share that may be withheld
    names: tuple[str, ...]
    views: tuple[str, ...]
    drills: tuple[str, ...] = ()
    arm: str = ""  # "straight": the guiding arm held straight; "raised": the arm farther from the trunk
    word: bool = False

    def wanted(self, sample: Sample) -> bool:
        """Whether a sample belongs to this row."""
        of_arm = {"": True, "straight": sample.main_arm, "raised": sample.raised_arm}[self.arm]
        in_drill = not self.drills or sample.drill in self.drills
        return sample.name in self.names and sample.view in self.views and in_drill and of_arm


FRONT, OBLIQUE, SIDE = ("front",), ("oblique",), ("side",)


def _both(name: str) -> tuple[str, ...]:
    return (f"{name}_left", f"{name}_right")


TARGETS: tuple[Target, ...] = (
    Target("trunk flexion in a bow, side, deg", 1.5, 0.05, ("trunk_flexion",), SIDE, ("bow",)),
    Target("trunk flexion in a bow, oblique, deg", 2.5, 0.10, ("trunk_flexion",), OBLIQUE, ("bow",)),
    Target("bow angle (clips), front, deg", 3.0, 0.20, ("bow_angle",), FRONT, ("bow",)),
    Target("straight guiding arm, front, deg", 2.5, 0.05, _both("arm_trunk"), FRONT, ("guide",), "straight"),
    Target("straight guiding arm, oblique, deg", 6.0, 0.25, _both("arm_trunk"), OBLIQUE, ("guide",), "straight"),
    Target("elbow of the guiding arm, front, deg", 6.0, 0.25, _both("elbow"), FRONT, ("guide",), "raised"),
    Target("elbow of the guiding arm, oblique, deg", 6.0, 0.25, _both("elbow"), OBLIQUE, ("guide",), "raised"),
    Target("V angle, front, deg", 4.0, 0.10, ("v_angle",), FRONT, ("stand",)),
    Target("V angle, oblique, deg", 6.0, 0.20, ("v_angle",), OBLIQUE, ("stand",)),
    Target("heels' distance, front and oblique, cm", 2.0, 0.15, ("heel_dist",), FRONT + OBLIQUE),
    Target("toes' distance, front and oblique, cm", 2.0, 0.15, ("toe_dist",), FRONT + OBLIQUE),
    Target("place of the hands, front, right", 0.98, 0.25, ("hands_place",), FRONT, ("stand",), word=True),
    Target("hand on top, front, right", 0.90, 0.25, ("hand_on_top",), FRONT, ("stand",), word=True),
    Target("knee when sitting, side, deg", 4.0, 0.15, _both("knee"), SIDE, ("sit", "squat")),
    Target("knee when sitting, oblique, deg", 4.0, 0.15, _both("knee"), OBLIQUE, ("sit", "squat")),
    Target("knee gap, front and oblique, cm", 3.0, 0.15, ("knee_gap",), FRONT + OBLIQUE, ("sit",)),
    Target("seat depth used, side", 0.06, 0.10, ("seat_depth_used",), SIDE),
    Target("seat depth used, oblique", 0.06, 0.10, ("seat_depth_used",), OBLIQUE),
)


def target_table(samples: Sequence[Sample]) -> Iterator[str]:
    """The table of targets with what was reached."""
    yield from ("", "### What is aimed at, and what is reached", "")
    yield "| measurement | aim | reached | covered | u | n | withheld | withheld at most |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for target in TARGETS:
        own = [sample for sample in samples if target.wanted(sample)]
        if own:
            yield f"| {' | '.join(_cells(target, own))} |"


def _cells(target: Target, own: Sequence[Sample]) -> tuple[str, ...]:
    if target.word:
        words = word_accuracy(own)
        reached = "" if words.right is None else f"{100 * words.right:.1f} %"
        aim, covered, u, given = f">= {100 * target.limit:g} %", "", "", words.measured
    else:
        row = accuracy(own)
        reached = "" if row.mean_error is None else f"{row.mean_error:.2f}"
        covered = "" if row.covered is None else f"{100 * row.covered:.0f} %"
        u = "" if row.median_u is None else f"{row.median_u:.2f}"
        aim, given = f"<= {target.limit:g}", row.measured
    withheld = f"{100 * (1 - given / len(own)):.0f} %"
    return (target.title, aim, reached, covered, u, str(len(own)), withheld, f"{100 * target.withheld:.0f} %")
