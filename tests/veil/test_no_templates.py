"""Nothing that is written could tell one face from another: no mesh, no embedding, no column to keep one in.

What is written of a head are the pose network's eleven points (nose, eyes, ears, corners of the mouth), in pixels and
in a typical body's metres, and angles. The face mesh is used in memory and let go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import LargeBinary

from app.store.schema import Base
from calibration.files import load_camera
from calibration.neutral import Neutral
from vision.estimators.face import POINTS
from vision.landmarks import Landmark
from vision.measures.mouth import NeutralMouth
from vision.options import ScoreOptions
from vision.outputs import write_outputs
from vision.pipeline import score_recording
from vision.reconstruct.skeleton import Point
from vision.records import RECORD_FILE
from vision.standard import load_pack
from vision.types import Drill, Subject

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # the vendor's metadata writer leaves files open
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_media"
FRONT = SAMPLES / "d04_bow30_front.mp4"
PORTRAIT = SAMPLES / "grooming" / "s02_front.jpg"
TELLING = re.compile(r"mesh|embedding|template|biometric|descriptor|faceid|face_id|recogni", re.IGNORECASE)
LONGEST = 24  # numbers in a row that a report may hold: a camera's matrix, not a face


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What scoring leaves of a recording from in front, in which the face mesh is used, and of a portrait."""
    folder = tmp_path_factory.mktemp("written")
    pack, camera = load_pack("telecom"), load_camera(FRONT.with_suffix(".camera.json"))
    everything = frozenset({"json", "html", "csv", "xlsx", "vtt", "trc"})
    bow = score_recording(str(FRONT), ScoreOptions(pack, camera, Subject("Li", 166.0, "m"), Drill.BOW, sample_fps=8.0))
    write_outputs(bow, folder / "bow", everything, False, "zh")
    groom = ScoreOptions(load_pack("U1"), None, Subject("Li", 160.0, "f"), Drill.GROOM)
    write_outputs(score_recording(str(PORTRAIT), groom), folder / "groom", everything, False, "zh")
    return folder


@pytest.mark.model
def test_the_numbers_over_time_have_a_heads_eleven_points_and_no_more(written: Path) -> None:
    schema = pq.read_schema(written / "bow" / RECORD_FILE)
    assert all(str(field.type) in ("float", "double", "int32", "int64", "bool", "uint8", "int16") for field in schema)
    landmarks = {name.split("_", 1)[1].rsplit("_", 1)[0] for name in schema.names if name.startswith("lm_")}
    assert landmarks == {landmark.name.lower() for landmark in Landmark}
    assert len([landmark for landmark in Landmark if landmark <= Landmark.MOUTH_RIGHT]) == 11
    bodies = {name.split("_", 1)[1].rsplit("_", 1)[0] for name in schema.names if name.startswith("body_")}
    assert bodies == {point.name.lower() for point in Point}
    assert len(schema.names) < POINTS
    assert not [name for name in schema.names if TELLING.search(name)]


@pytest.mark.model
def test_reports_hold_no_long_row_of_numbers(written: Path) -> None:
    reports = sorted(written.glob("*/report.json"))
    assert len(reports) == 2
    for path in reports:
        document = json.loads(path.read_text("utf-8"))
        assert max((len(row) for row in _rows(document)), default=0) <= LONGEST, path
        assert not [key for key in _keys(document) if TELLING.search(key)], path


@pytest.mark.model
def test_no_file_but_reports_tables_and_pictures_is_written(written: Path) -> None:
    suffixes = {path.suffix for path in written.rglob("*") if path.is_file()}
    assert suffixes <= {".json", ".html", ".csv", ".xlsx", ".vtt", ".trc", ".parquet"}
    for path in written.rglob("*.csv"):
        names = path.read_text("utf-8-sig").partition("\n")[0].split(",")
        assert not [name for name in names if TELLING.search(name)]


def _rows(value: Any) -> Iterator[list[float]]:
    """Every list of numbers in a document, with lists of lists as one."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _rows(inner)
    elif isinstance(value, list):
        numbers = list(_numbers(value))
        if numbers:
            yield numbers
        for inner in value:
            yield from _rows(inner)


def _numbers(value: list[Any]) -> Iterator[float]:
    for inner in value:
        if isinstance(inner, int | float) and not isinstance(inner, bool):
            yield float(inner)
        elif isinstance(inner, list):
            yield from _numbers(inner)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def test_no_table_has_a_column_to_keep_a_face_in() -> None:
    for table in Base.metadata.tables.values():
        for column in table.columns:
            assert not isinstance(column.type, LargeBinary), column
            assert not TELLING.search(column.name), column
            assert "face" not in column.name, column


def test_a_neutral_file_holds_two_numbers_of_a_mouth_and_angles() -> None:
    names = {item.name for item in fields(Neutral)}
    assert "face" in names
    assert len(fields(NeutralMouth)) == 4, "width and height of the corners, each with its sigma"
    assert not [name for name in names if TELLING.search(name)]
