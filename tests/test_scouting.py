"""While somebody moves, looking for others now and then leaves no mark in the path of the one who is followed."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path

import numpy as np
import pytest

import vision.watch
from vision.estimators.bundles import pose_bundle
from vision.video import frames
from vision.watch import Track, watch

SIT = Path(__file__).resolve().parents[1] / "sample_media" / "d07_sit_shallow.mp4"  # sits down from 1.2 s to 3.0 s


@pytest.fixture(autouse=True)
def _bundle() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the vendor's writer leaves temporary files open
        pose_bundle()
        gc.collect()


def followed() -> Track:
    with frames(SIT, end_s=2.6) as stream:
        return watch(stream, stream.info.size_wh, "largest")


@pytest.mark.model
def test_a_person_alone_is_followed_the_same_however_often_others_are_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    often = followed()
    monkeypatch.setattr(vision.watch, "SCOUT_INTERVAL_S", 1000.0)
    once = followed()
    assert len(often.times_s) == 66
    np.testing.assert_array_equal(often.raw_px, once.raw_px)
    np.testing.assert_array_equal(often.visibility, once.visibility)
