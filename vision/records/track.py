"""``track.parquet`` (``yitai.track/1``): landmarks, body and measures over time, one row for each frame looked at.

Columns: ``t`` (s), ``frame`` (number in the file), ``people``, ``brightness``; the pose network's landmarks as
``lm_NAME_x``, ``_y`` (pixels), ``lm_NAME_X``, ``_Y``, ``_Z`` (its world landmarks, m) and ``lm_NAME_seen``; and in rows
where ``fitted`` is true (about eight a second) the body's points as ``body_NAME_x``, ``_y``, ``_z`` (m, floor frame),
the camera's ``azimuth`` round the person, and each measure as ``NAME`` and ``NAME_u`` (95 %). Null is: not seen, not
fitted, not measured. All are float32, rounded as `ROUNDED` says, far below what the networks' jitter leaves certain;
no verdict rests on these columns (measurements that were judged stand in ``report.json`` as they were judged).

The key ``yitai`` of the file's own metadata says in JSON what was measured with what: source, program, model, pack,
camera, person, and each drill with its hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vision.files import replacing
from vision.landmarks import Landmark
from vision.reconstruct.skeleton import Point
from vision.types import BoolArray, FloatArray, IntArray, Series

if TYPE_CHECKING:
    import pyarrow as pa

    from calibration.camera import Camera
    from vision.report.model import Report
    from vision.series import BodySeries
    from vision.watch import Track

RECORD_FILE = "track.parquet"
SCHEMA = "yitai.track/1"
METADATA_KEY = b"yitai"
ROWS_A_GROUP = 9000  # five minutes at 30 frames a second: what is held in memory while writing
# Steps that values are rounded to: pixels, metres of world landmarks and of the body, visibility, brightness, azimuth.
ROUNDED = {"px": 1 / 16, "m": 1 / 4096, "seen": 1 / 64, "level": 1 / 4, "deg": 1 / 64}
MEASURE_PLACES = 4  # decimal places of measures, as in series.csv
_AXES = ("x", "y", "z")
Narrow = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Record:
    """A file read back. Rows are frames; `series`, ``points_m`` and ``azimuth_deg`` have the fitted rows only."""

    about: Mapping[str, Any]
    times_s: FloatArray  # (T,)
    frames: IntArray  # (T,)
    people: IntArray  # (T,)
    brightness: FloatArray  # (T,)
    landmarks_px: FloatArray  # (T, 33, 2)
    world_m: FloatArray  # (T, 33, 3)
    visibility: FloatArray  # (T, 33)
    points_m: FloatArray  # (N, 21, 3)
    azimuth_deg: FloatArray  # (N,)
    series: Series  # (N,)


def write_record(path: Path, track: Track, bodies: BodySeries, series: Series, about: Mapping[str, Any]) -> Path:
    """Write a recording's numbers to ``path``; ``series`` holds the measures at the bodies' times.

    OutputError when the disk does not take it.
    """
    import pyarrow as pa

    fitted = _fitted_rows(track.times_s, bodies.times_s)
    schema = _schema(tuple(series.values), about)
    with (
        replacing(path) as partial,
        _parquet().ParquetWriter(
            partial,
            schema,
            compression="zstd",
            use_dictionary=False,
            write_statistics=False,
            column_encoding={
                name: "BYTE_STREAM_SPLIT" for name in schema.names if schema.field(name).type == pa.float32()
            },
        ) as writer,
    ):
        for first in range(0, max(1, len(track.times_s)), ROWS_A_GROUP):
            rows = slice(first, first + ROWS_A_GROUP)
            arrays = list(_columns(track, bodies, series, fitted, rows))
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return path


def about_of(report: Report, camera: Camera) -> dict[str, Any]:
    """What the file says of itself: where it comes from, and each drill with its hold."""
    from vision.report.jsonform import to_json

    document = to_json(report)
    kept = ("source", "program", "standard", "calibration", "subject", "created")
    spans = ("drill", "start_s", "end_s", "hold_start_s", "hold_end_s", "view", "active_side", "frame_s")
    return {
        "schema": SCHEMA,
        **{key: document[key] for key in kept},
        "camera": {
            "image_size": list(camera.image_size),
            "K": camera.matrix.tolist(),
            "distortion": camera.distortion.tolist(),
            "R": camera.rotation_cam_from_floor.tolist(),
            "t": camera.translation_m.tolist(),
        },
        "segments": [{key: segment[key] for key in spans} for segment in document["segments"]],
        "rounded": {**ROUNDED, "measure_places": MEASURE_PLACES},
    }


def read_series(path: Path) -> Series:
    """The measures over time alone; OSError or ValueError when the file is missing or none of ours."""
    names = _about(path)["measures"]
    table = _read(path, ["t", "fitted", *names, *(f"{name}_u" for name in names)])
    fitted = _flags(table)
    return _series(table, fitted, names)


def read_record(path: Path) -> Record:
    """The whole file; OSError or ValueError when it is missing or none of ours."""
    about = _about(path)
    table = _read(path, None)
    fitted = _flags(table)
    landmarks = [f"lm_{mark.name.lower()}" for mark in Landmark]
    points = [f"body_{point.name.lower()}" for point in Point]
    return Record(
        about=about,
        times_s=_column(table, "t"),
        frames=_column(table, "frame").astype(np.int64),
        people=_column(table, "people").astype(np.int64),
        brightness=_column(table, "brightness"),
        landmarks_px=_block(table, landmarks, ("_x", "_y")),
        world_m=_block(table, landmarks, ("_X", "_Y", "_Z")),
        visibility=_block(table, landmarks, ("_seen",))[..., 0],
        points_m=_block(table, points, ("_x", "_y", "_z"))[fitted],
        azimuth_deg=_column(table, "azimuth")[fitted],
        series=_series(table, fitted, about["measures"]),
    )


def _fitted_rows(times_s: FloatArray, fitted_s: FloatArray) -> IntArray:
    """The row of the track of each fitted body, whose times are some of the track's."""
    rows = np.searchsorted(times_s, fitted_s)
    if len(fitted_s) and not np.array_equal(times_s[np.minimum(rows, len(times_s) - 1)], fitted_s):
        raise ValueError("the bodies' times are not among the track's")
    return rows.astype(np.int64)


def _schema(measures: tuple[str, ...], about: Mapping[str, Any]) -> pa.Schema:
    import pyarrow as pa

    names = [f"lm_{mark.name.lower()}_{axis}" for mark in Landmark for axis in ("x", "y", "X", "Y", "Z", "seen")]
    names += [f"body_{point.name.lower()}_{axis}" for point in Point for axis in _AXES]
    names += ["azimuth", *(column for name in measures for column in (name, f"{name}_u"))]
    fields = [
        pa.field("t", pa.float64(), nullable=False),
        pa.field("frame", pa.int32(), nullable=False),
        pa.field("people", pa.uint8(), nullable=False),
        pa.field("brightness", pa.float32(), nullable=False),
        pa.field("fitted", pa.bool_(), nullable=False),
        *(pa.field(name, pa.float32()) for name in names),
    ]
    document = json.dumps({**about, "measures": list(measures)}, ensure_ascii=False)
    return pa.schema(fields, metadata={METADATA_KEY: document.encode("utf-8", "backslashreplace")})


def _columns(track: Track, bodies: BodySeries, series: Series, fitted: IntArray, rows: slice) -> Iterator[pa.Array]:
    """The columns of some rows, in the order of the schema."""
    import pyarrow as pa

    times = track.times_s[rows]
    first, count = rows.start, len(times)
    own = slice(*np.searchsorted(fitted, [first, first + count]))
    here = fitted[own] - first
    flags = np.zeros(count, dtype=np.bool_)
    flags[here] = True

    def sparse(values: Narrow) -> pa.Array:
        column = np.full(count, np.nan, np.float32)
        column[here] = values
        return _array(column)

    yield pa.array(times, pa.float64())
    yield pa.array(track.indices[rows].astype(np.int32))
    yield pa.array(np.clip(track.people[rows], 0, 255).astype(np.uint8))
    yield pa.array(_stepped(track.brightness[rows], ROUNDED["level"]))
    yield pa.array(flags)
    pixels, world = _stepped(track.landmarks_px[rows], ROUNDED["px"]), _stepped(track.world_m[rows], ROUNDED["m"])
    seen = _stepped(track.visibility[rows], ROUNDED["seen"])
    for mark in range(len(Landmark)):
        yield from (_array(pixels[:, mark, axis]) for axis in range(2))
        yield from (_array(world[:, mark, axis]) for axis in range(3))
        yield _array(seen[:, mark])
    points = _stepped(bodies.points_m[own], ROUNDED["m"])
    for point in range(len(Point)):
        yield from (sparse(points[:, point, axis]) for axis in range(3))
    yield sparse(_stepped(bodies.azimuth_deg[own], ROUNDED["deg"]))
    for name, values in series.values.items():
        unsure = series.u.get(name, np.full(len(values), np.nan))
        yield from (sparse(np.round(numbers[own], MEASURE_PLACES).astype(np.float32)) for numbers in (values, unsure))


def _array(column: Narrow) -> pa.Array:
    import pyarrow as pa

    return pa.array(column, pa.float32(), from_pandas=True)  # NaN becomes null


def _stepped(values: FloatArray, step: float) -> Narrow:
    """Values rounded to whole steps; a power of two stays exact in float32 and leaves zeros to compress."""
    return np.asarray(np.round(values / step) * step, np.float32)


def _parquet() -> Any:
    """The library, whose functions carry no types."""
    import pyarrow.parquet

    return pyarrow.parquet


def _about(path: Path) -> dict[str, Any]:
    import pyarrow as pa

    try:
        metadata = _parquet().read_schema(path).metadata or {}
    except pa.ArrowInvalid as error:
        raise ValueError(f"{path.name}: not a Parquet file") from error
    about = json.loads(metadata.get(METADATA_KEY, b"{}"))
    if not isinstance(about, dict) or about.get("schema") != SCHEMA:
        raise ValueError(f"{path.name}: expected schema {SCHEMA}")
    return about


def _read(path: Path, columns: list[str] | None) -> pa.Table:
    import pyarrow as pa

    try:
        return _parquet().ParquetFile(path).read(columns, use_threads=False)
    except pa.ArrowException as error:
        raise ValueError(f"{path.name}: damaged") from error


def _flags(table: pa.Table) -> BoolArray:
    return np.asarray(table["fitted"].to_numpy(), dtype=np.bool_)


def _column(table: pa.Table, name: str) -> FloatArray:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def _block(table: pa.Table, names: list[str], endings: tuple[str, ...]) -> FloatArray:
    """Columns ``name + ending`` as (T, names, endings)."""
    columns = [_column(table, name + ending) for name in names for ending in endings]
    return np.stack(columns, axis=1).reshape(table.num_rows, len(names), len(endings))


def _series(table: pa.Table, fitted: BoolArray, names: list[str]) -> Series:
    times = _column(table, "t")[fitted]
    values = {name: _column(table, name)[fitted] for name in names}
    return Series(times, values, {name: _column(table, f"{name}_u")[fitted] for name in names})
