"""What is written of a recording over time comes back: within the stated rounding, in any length, and as small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.camera import assumed_camera
from tests.report.conftest import example_report
from vision.records import RECORD_FILE, SCHEMA, about_of, read_record, read_series, write_record
from vision.records import track as module
from vision.records.track import ROUNDED
from vision.report.tables import series_csv
from vision.series import BodySeries
from vision.types import Series
from vision.watch import Track

SIZE_WH = (1280, 720)
MEASURES = tuple(f"measure_{k}" for k in range(40))


def _walk(rng: np.random.Generator, count: int, shape: tuple[int, ...], step: float) -> np.ndarray:
    """A path as a smoothed track is: steps that change slowly."""
    steps = np.cumsum(rng.normal(0, step / 20, (count, *shape)), axis=0)
    return np.cumsum(steps - steps.mean(axis=0), axis=0)


def _recording(count: int, fps: float = 30.0) -> tuple[Track, BodySeries, Series]:
    rng = np.random.default_rng(8)
    times = np.arange(count) / fps
    pixels = 500 + _walk(rng, count, (33, 2), 0.5)
    pixels[count // 3 : count // 3 + 4] = np.nan
    track = Track(
        times_s=times,
        indices=np.arange(count, dtype=np.float64),
        landmarks_px=pixels,
        world_m=_walk(rng, count, (33, 3), 0.002),
        visibility=np.clip(0.9 + _walk(rng, count, (33,), 0.002), 0, 1),
        raw_px=pixels,
        people=np.ones(count),
        brightness=rng.uniform(90, 100, count),
        size_wh=SIZE_WH,
        notices=(),
    )
    fitted = times[::4]
    values = {name: rng.uniform(-180, 180, len(fitted)) for name in MEASURES}
    values[MEASURES[3]][5:9] = np.nan
    series = Series(fitted, values, {name: rng.uniform(0.1, 30, len(fitted)) for name in MEASURES})
    points = rng.uniform(-2, 2, (len(fitted), 21, 3))
    return track, BodySeries(fitted, points, rng.uniform(-180, 180, len(fitted)), series), series


@pytest.fixture
def recording() -> tuple[Track, BodySeries, Series]:
    return _recording(200)


def _write(folder: Path, recording: tuple[Track, BodySeries, Series]) -> Path:
    track, bodies, series = recording
    about = about_of(example_report(), assumed_camera(SIZE_WH))
    return write_record(folder / RECORD_FILE, track, bodies, series, about)


def test_every_number_comes_back_within_the_stated_rounding(
    tmp_path: Path, recording: tuple[Track, BodySeries, Series]
) -> None:
    track, bodies, series = recording
    back = read_record(_write(tmp_path, recording))
    np.testing.assert_array_equal(back.times_s, track.times_s)
    np.testing.assert_array_equal(back.frames, track.indices)
    np.testing.assert_allclose(back.landmarks_px, track.landmarks_px, atol=ROUNDED["px"] / 2)
    np.testing.assert_allclose(back.world_m, track.world_m, atol=ROUNDED["m"] / 2)
    np.testing.assert_allclose(back.visibility, track.visibility, atol=ROUNDED["seen"] / 2)
    np.testing.assert_allclose(back.points_m, bodies.points_m, atol=ROUNDED["m"] / 2)
    np.testing.assert_allclose(back.azimuth_deg, bodies.azimuth_deg, atol=ROUNDED["deg"] / 2)
    for name in MEASURES:
        np.testing.assert_allclose(back.series.values[name], series.values[name], atol=6e-5)
        np.testing.assert_allclose(back.series.u[name], series.u[name], atol=6e-5)


def test_a_table_made_of_the_file_is_the_table_made_of_the_measures(
    tmp_path: Path, recording: tuple[Track, BodySeries, Series]
) -> None:
    path = _write(tmp_path, recording)
    assert series_csv(read_series(path)) == series_csv(recording[2])


def test_writing_in_pieces_changes_nothing(
    tmp_path: Path, recording: tuple[Track, BodySeries, Series], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_record(_write(tmp_path, recording))
    monkeypatch.setattr(module, "ROWS_A_GROUP", 7)
    pieces = read_record(_write(tmp_path, recording))
    np.testing.assert_array_equal(pieces.landmarks_px, whole.landmarks_px)
    np.testing.assert_array_equal(pieces.points_m, whole.points_m)
    assert series_csv(pieces.series) == series_csv(whole.series)


def test_the_file_says_what_measured_what(tmp_path: Path, recording: tuple[Track, BodySeries, Series]) -> None:
    report = example_report()
    about = read_record(_write(tmp_path, recording)).about
    assert about["schema"] == SCHEMA
    assert about["source"]["sha256"] == report.source.sha256
    assert about["standard"]["hash"] == report.standard.hash
    assert about["calibration"]["level"] == "full"
    assert np.array(about["camera"]["K"]).shape == (3, 3)
    assert [segment["drill"] for segment in about["segments"]] == [str(s.drill) for s in report.segments]
    assert about["segments"][0]["hold_start_s"] == report.segments[0].hold_start_s


def test_a_minute_at_30_frames_a_second_takes_less_than_a_megabyte(tmp_path: Path) -> None:
    assert _write(tmp_path, _recording(1800)).stat().st_size < 1_000_000


@pytest.mark.parametrize("content", [b"", b"PAR1 no more PAR1", b"t,x\n1,2\n"])
def test_a_file_of_another_kind_is_told_from_ours(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / RECORD_FILE
    path.write_bytes(content)
    with pytest.raises(ValueError, match="Parquet"):
        read_series(path)


def test_a_cut_file_is_told_from_a_whole_one(tmp_path: Path, recording: tuple[Track, BodySeries, Series]) -> None:
    path = _write(tmp_path, recording)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ValueError, match=RECORD_FILE):
        read_series(path)
