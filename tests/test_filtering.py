"""Smoothing gives back known signals on true time, through gaps and noise."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from vision.filtering import OneEuroFilter, gate_outliers, noise_gain, smooth_zero_phase


def irregular_times(seed: int, duration_s: float = 8.0, rate_hz: float = 30.0) -> np.ndarray:
    steps = np.random.default_rng(seed).uniform(0.4, 1.6, int(duration_s * rate_hz)) / rate_hz
    return np.concatenate([[0.0], np.cumsum(steps)])


@pytest.mark.parametrize("rate_hz", [10.0, 25.0, 60.0])
def test_a_slow_sine_comes_back_without_shift_or_loss(rate_hz: float) -> None:
    times = np.arange(0, 6, 1 / rate_hz)
    values = np.sin(2 * np.pi * 0.5 * times)
    inner = (times > 0.5) & (times < 5.5)
    smooth = smooth_zero_phase(times, values, 4.0)
    assert np.abs(smooth - values)[inner].max() < 0.01


def test_the_half_power_frequency_is_the_cutoff() -> None:
    times = np.arange(0, 10, 0.005)
    values = np.sin(2 * np.pi * 3.0 * times)
    smooth = smooth_zero_phase(times, values, 3.0)
    inner = slice(400, -400)
    gain = np.sqrt(np.mean(smooth[inner] ** 2) / np.mean(values[inner] ** 2))
    assert gain == pytest.approx(math.sqrt(0.5), abs=0.01)


def test_irregular_times_do_not_bend_a_parabola() -> None:
    times = irregular_times(1)
    values = np.stack([1 + times, 2 - 3 * times + 0.7 * times**2], axis=1)
    assert smooth_zero_phase(times, values, 2.0) == pytest.approx(values, abs=1e-8)


def test_white_noise_shrinks_by_the_stated_factor() -> None:
    times = np.arange(0, 60, 0.02)
    noise = np.random.default_rng(2).normal(0, 1, (len(times), 40))
    smooth = smooth_zero_phase(times, noise, 3.0)[100:-100]
    assert smooth.std() == pytest.approx(noise_gain(3.0, 0.02), rel=0.03)
    assert smooth.std() < 0.4


def test_short_gaps_are_bridged_and_long_ones_stay_open() -> None:
    times = np.arange(0, 4, 0.04)
    truth = np.sin(2 * np.pi * 0.4 * times)
    values = truth.copy()
    short, long = (times > 0.99) & (times < 1.2), (times > 2.0) & (times < 2.6)
    values[short | long] = np.nan
    smooth = smooth_zero_phase(times, values, 5.0)
    assert np.abs(smooth - truth)[short].max() < 0.03
    assert np.isnan(smooth[long]).all()
    assert np.isfinite(smooth[~long]).all()


def test_a_long_gap_keeps_the_two_sides_apart() -> None:
    times = np.arange(0, 4, 0.04)
    values = np.where(times < 2, 0.0, 100.0)
    values[(times > 1.6) & (times < 2.4)] = np.nan
    smooth = smooth_zero_phase(times, values, 0.5)
    assert np.abs(smooth[times < 1.6]).max() < 1e-6
    assert np.abs(smooth[times > 2.4] - 100).max() < 1e-6


def test_nothing_is_invented_before_the_first_and_after_the_last_sample() -> None:
    times = np.arange(0, 2, 0.1)
    values = np.ones(20)
    values[:2] = values[-1:] = np.nan
    assert np.flatnonzero(np.isnan(smooth_zero_phase(times, values, 2.0))).tolist() == [0, 1, 19]


def test_a_sample_of_large_sigma_hardly_counts() -> None:
    times = np.arange(0, 2, 0.04)
    values, sigma = np.zeros(50), np.ones(50)
    values[25], sigma[25] = 10.0, 100.0
    assert abs(smooth_zero_phase(times, values, 2.0, sigma)[25]) < 0.01
    assert smooth_zero_phase(times, values, 2.0)[25] > 1.0


def test_sigma_for_each_time_applies_to_all_landmarks() -> None:
    times = np.arange(0, 2, 0.04)
    values = np.random.default_rng(3).normal(0, 1, (50, 3, 2))
    sigma = np.linspace(1, 3, 50)
    together = smooth_zero_phase(times, values, 2.0, sigma)
    alone = smooth_zero_phase(times, values[:, 1, 0], 2.0, sigma)
    assert together[:, 1, 0] == pytest.approx(alone, abs=1e-12)


def test_a_very_slow_recording_passes_nearly_unchanged() -> None:
    times = np.arange(0, 10, 0.5)
    values = np.random.default_rng(4).normal(0, 1, 20)
    assert smooth_zero_phase(times, values, 6.0) == pytest.approx(values, abs=1e-6)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_shortest_recordings_come_back(count: int) -> None:
    values = np.arange(2.0 * count).reshape(count, 2)
    assert smooth_zero_phase(np.arange(count) * 0.1, values, 3.0) == pytest.approx(values)


def test_all_missing_stays_all_missing() -> None:
    assert np.isnan(smooth_zero_phase(np.arange(5) * 0.1, np.full((5, 2), np.nan), 3.0)).all()


def test_falling_times_are_an_error() -> None:
    with pytest.raises(ValueError, match="not falling"):
        smooth_zero_phase([0.0, 0.2, 0.1], [1.0, 2.0, 3.0], 3.0)


def test_ten_thousand_frames_of_all_landmarks_take_a_moment() -> None:
    values = np.random.default_rng(5).normal(0, 1, (10_000, 33, 2))
    values[4000:4003] = np.nan
    times = np.arange(10_000) / 30
    took = []
    for _ in range(3):
        start = time.process_time()
        smooth_zero_phase(times, values, 5.0)
        took.append(time.process_time() - start)
    assert min(took) < 0.3


def test_single_wild_samples_are_taken_out_and_a_movement_is_kept() -> None:
    times = irregular_times(6)
    rng = np.random.default_rng(6)
    values = 100 * np.tanh((times - 4) / 0.3) + rng.normal(0, 1, len(times))
    wild = np.array([20, 21, 90, 150, 200])
    values[wild] += np.array([40, -50, 60, -35, 80])
    gated = gate_outliers(times, values)
    assert np.isnan(gated[wild]).all()
    assert np.isnan(gated).sum() - len(wild) <= 0.01 * len(times)


def test_a_still_and_exact_series_has_no_outliers() -> None:
    times = np.arange(0, 3, 0.04)
    steps = np.round(np.sin(times) * 3)
    assert np.isfinite(gate_outliers(times, steps, scale_floor=1.0)).all()


def test_one_coordinate_out_takes_its_landmark_with_it() -> None:
    times = np.arange(0, 3, 0.04)
    values = np.random.default_rng(7).normal(0, 1, (len(times), 4, 2))
    values[30, 2, 1] = 500
    gated = gate_outliers(times, values, threshold=8.0, whole_vectors=True)
    assert np.isnan(gated[30, 2]).all()
    assert np.isnan(gated).sum() == 2


def test_the_first_live_sample_passes_through_at_time_zero() -> None:
    live = OneEuroFilter(min_cutoff_hz=1.0)
    assert live.update(0.0, [3.0, -1.0]).tolist() == [3.0, -1.0]
    second = live.update(0.1, [4.0, -1.0])
    assert 3.0 < second[0] < 4.0


def test_the_step_response_is_that_of_the_low_pass() -> None:
    cutoff_hz, step_s = 1.2, 0.04
    live = OneEuroFilter(min_cutoff_hz=cutoff_hz, beta=0.0)
    live.update(0.0, 0.0)
    alpha = 1 / (1 + 1 / (2 * math.pi * cutoff_hz * step_s))
    for count in range(1, 30):
        assert float(live.update(count * step_s, 1.0)) == pytest.approx(1 - (1 - alpha) ** count, abs=1e-12)


def test_speed_opens_the_live_filter() -> None:
    def lag(beta: float) -> float:
        live = OneEuroFilter(min_cutoff_hz=1.0, beta=beta)
        times = np.arange(0, 2, 0.04)
        out = [float(live.update(t, 100 * t)) for t in times]
        return float(100 * times[-1] - out[-1])

    assert lag(0.05) < 0.4 * lag(0.0)


def test_an_unseen_element_is_missing_and_goes_on_with_its_own_clock() -> None:
    both, alone = OneEuroFilter(1.0, 0.1), OneEuroFilter(1.0, 0.1)
    for t, first, second in [(0.0, 1.0, 1.0), (0.1, 2.0, np.nan), (0.2, 3.0, 5.0)]:
        out = both.update(t, [first, second])
        if np.isfinite(second):
            assert out[1] == pytest.approx(float(alone.update(t, second)))
        else:
            assert np.isnan(out[1])
            assert np.isfinite(out[0])


def test_after_a_long_loss_the_live_filter_starts_anew() -> None:
    live = OneEuroFilter(1.0)
    live.update(0.0, [0.0])
    live.update(0.1, [np.nan])
    assert live.update(1.0, [50.0]).tolist() == [50.0]


def test_the_same_time_again_changes_nothing_and_an_earlier_one_is_an_error() -> None:
    live = OneEuroFilter(1.0)
    live.update(0.0, [0.0])
    once = live.update(0.1, [1.0])
    assert live.update(0.1, [9.0]).tolist() == once.tolist()
    with pytest.raises(ValueError, match="must not fall"):
        live.update(0.05, [1.0])
