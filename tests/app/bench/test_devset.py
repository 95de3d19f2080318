"""What the product promises, checked on the development set (`make devset-check`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from scipy.stats import binom

from app.bench.accuracy import Outcome, run_trials, trials, without_camera
from app.bench.samples import Findings, Sample
from app.bench.statistics import HEADLINES, Accuracy, Headline, accuracy, verdicts
from app.settings import default_jobs

pytestmark = pytest.mark.devset

COVERED = 0.90
SIGNIFICANT = 0.05


def plausibly_covered(row: Accuracy) -> bool:
    """Whether the misses are no more than an uncertainty that covers 90 % would give by chance.

    A group of eight pictures cannot show 90 %: one miss is 87.5 %. Misses are refused when fewer than one in
    twenty such groups would have as many.
    """
    assert row.covered is not None
    given = round(row.measured)
    misses = given - round(row.covered * given)
    return misses == 0 or float(binom.sf(misses - 1, given, 1 - COVERED)) > SIGNIFICANT


@pytest.fixture(scope="module")
def calibrated(devset: Path) -> Outcome:
    """The stills with their true camera files."""
    return run_trials(trials(devset / "stills"), default_jobs(), lambda: None)


@pytest.fixture(scope="module")
def assumed(devset: Path) -> Outcome:
    """The stills as if there were no camera files."""
    return run_trials(without_camera(trials(devset / "stills")), default_jobs(), lambda: None)


def plain(outcome: Outcome) -> list[Sample]:
    """All samples but those of extra-hard pictures."""
    everything = sum(outcome.by_part.values(), Findings())
    return [sample for sample in everything.samples if sample.hard is None]


def test_every_still_is_scored(calibrated: Outcome, assumed: Outcome) -> None:
    assert calibrated.failures == assumed.failures == ()


@pytest.mark.parametrize("headline", HEADLINES, ids=lambda headline: headline.title)
def test_headline_error_and_coverage_with_the_true_camera(calibrated: Outcome, headline: Headline) -> None:
    row = accuracy([sample for sample in plain(calibrated) if headline.wanted(sample)])
    assert row.measured >= 0.5 * row.count > 0, "a figure that is hardly ever given is no figure"
    assert row.mean_error is not None
    assert row.mean_error <= headline.limit
    assert plausibly_covered(row)


@pytest.mark.parametrize("headline", HEADLINES, ids=lambda headline: headline.title)
def test_uncertainty_still_covers_the_truth_without_a_camera_file(assumed: Outcome, headline: Headline) -> None:
    row = accuracy([sample for sample in plain(assumed) if headline.wanted(sample)])
    assert row.covered is None or plausibly_covered(row), f"{row}"


@pytest.mark.parametrize("which", ["calibrated", "assumed"])
def test_confident_verdicts_are_hardly_ever_wrong(which: str, request: pytest.FixtureRequest) -> None:
    outcome: Outcome = request.getfixturevalue(which)
    row = verdicts(sum(outcome.by_part.values(), Findings()).judged)
    assert row.right > row.count / 4, "a judge who never decides is of no use"
    assert row.wrong <= 0.02 * row.count
