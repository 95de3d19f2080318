"""A long recording costs no more memory at once and comes out as a short one would."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.tracks import track
from vision import watch
from vision.holding import AS_STILL_SHARE, WINDOW_S, window_of
from vision.types import Drill, PoseObservation
from vision.watch import Looked, track_of

SIZE_WH, FPS = (1280, 720), 25.0


def looked(count: int) -> list[Looked]:
    """A person who drifts about, with jitter and a wild sample now and then."""
    rng = np.random.default_rng(4)
    base, world = rng.uniform(200, 700, (33, 2)), rng.normal(0, 0.3, (33, 3))
    found = []
    for k in range(count):
        t = k / FPS
        pixels = base + 20 * np.sin(t) + rng.normal(0, 0.5, (33, 2)) + (300.0 if k % 97 == 50 else 0.0)
        found.append(
            Looked(t, k, ((PoseObservation(pixels, world + 0.01 * np.cos(t), np.full(33, 0.9), t),),), 0, 90.0)
        )
    return found


def pieces(everything: list[Looked], size: int) -> Iterator[list[Looked]]:
    return (everything[first : first + size] for first in range(0, len(everything), size))


def test_smoothing_in_stretches_gives_what_smoothing_at_once_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = looked(900)
    whole = track_of([everything], SIZE_WH, ())
    monkeypatch.setattr(watch, "STRETCH", 230)
    parts = track_of([everything], SIZE_WH, ())
    np.testing.assert_allclose(parts.world_m, whole.world_m, atol=1e-9)
    # What counts as wild hangs on the ordinary step of a stretch, so few samples may be judged otherwise.
    apart = np.abs(parts.landmarks_px - whole.landmarks_px).max(axis=(1, 2))
    assert np.median(apart) < 1e-9
    assert apart.max() < 1.0


def test_pieces_come_out_as_the_whole_within_the_networks_own_digits() -> None:
    everything = looked(300)
    whole = track_of([everything], SIZE_WH, ())
    parts = track_of(pieces(everything, 60), SIZE_WH, ())
    assert parts.landmarks_px.dtype == np.float32
    assert whole.landmarks_px.dtype == np.float64
    np.testing.assert_allclose(parts.landmarks_px, whole.landmarks_px, atol=1e-3)
    np.testing.assert_array_equal(parts.times_s, whole.times_s)


def test_of_stretches_as_still_the_middle_one_is_judged_whatever_the_jitter() -> None:
    times = np.arange(0, 6, 1 / FPS)
    middles = []
    for seed in range(5):
        jitter = np.random.default_rng(seed).normal(0, 0.3, len(times))
        window = window_of(track(times, shift_px=jitter), 0.0, 5.96, Drill.STAND)
        assert window is not None
        middles.append(times[window.middle])
    assert np.ptp(middles) < 1e-9
    assert middles[0] == pytest.approx(3.0, abs=0.06)


def test_a_stretch_that_moves_more_than_jitter_is_not_judged_for_lying_in_the_middle() -> None:
    times = np.arange(0, 6, 1 / FPS)
    tall_px = float(np.ptp(track(times[:1]).landmarks_px[0, :, 1]))
    sway = np.where(times > 2.0, 8 * AS_STILL_SHARE * tall_px * np.sin(2 * np.pi * times), 0.0)
    window = window_of(track(times, shift_px=sway), 0.0, 5.96, Drill.STAND)
    assert window is not None
    assert times[window.frames[-1]] < 2.2
    assert times[window.frames[-1]] - times[window.frames[0]] == pytest.approx(WINDOW_S, abs=1 / FPS)
