"""A fast run looks at fewer frames and contradicts no exact one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.batch.resume import options_hash
from app.bench.pace import both_ways
from app.engine import Choices
from app.inputs import Defaults, gather
from vision.options import ScoreOptions
from vision.perframe import measure_frames
from vision.standard import load_pack
from vision.video import Sparing, frames

SAMPLES = Path(__file__).resolve().parents[1] / "sample_media"
BOW = SAMPLES / "d03_bow15_side.mp4"


@pytest.fixture(autouse=True)
def vendor_leaves_files_open() -> Iterator[None]:
    """The pose network's metadata writer does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


def test_a_report_of_a_fast_run_is_not_taken_for_one_of_an_exact_run() -> None:
    task = gather([str(BOW)], None, Defaults()).tasks[0]
    assert options_hash(task, Choices()) != options_hash(task, Choices(fast=True))


@pytest.mark.model
def test_no_check_of_a_bow_contradicts_the_exact_run() -> None:
    defaults = Defaults(calibration=BOW.with_suffix(".camera.json"), height_cm=165)
    found = both_ways(gather([str(BOW)], None, defaults).tasks[0], lambda share: None)
    assert found.checks > 15
    assert found.contradicted == 0
    assert found.equal_share > 0.9


@pytest.mark.model
def test_measuring_fast_gives_lines_for_the_frames_that_were_looked_at() -> None:
    with frames(BOW, sparing=Sparing()) as stream:
        looked_at = [frame.index for frame in stream]
    lines = list(measure_frames(str(BOW), ScoreOptions(load_pack("telecom"), fast=True)))
    assert [line.frame for line in lines] == looked_at
    assert sum(line.person == 1 for line in lines) == len(lines)
