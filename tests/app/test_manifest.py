"""A manifest is read as people save it, and what is wrong in it is named by line and column."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.manifest import Row, read_manifest
from vision.errors import ManifestError
from vision.types import Drill

HEADING = "path,calibration,height_cm,sex,trainee,standard,drill,truth\n"


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "manifest.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_every_column_is_read_and_paths_are_relative_to_the_manifest(tmp_path: Path) -> None:
    path = write(tmp_path, HEADING + "clips/a.mp4,cams/a.json,163.5,F,T-07,T2,bow,a.json\n")
    assert read_manifest(path) == (
        Row(
            path="clips/a.mp4",
            file=tmp_path / "clips/a.mp4",
            calibration=tmp_path / "cams/a.json",
            height_cm=163.5,
            sex="f",
            trainee="T-07",
            standard="T2",
            drill=Drill.BOW,
            truth=tmp_path / "a.json",
        ),
    )


def test_empty_cells_short_lines_and_auto_mean_not_said(tmp_path: Path) -> None:
    path = write(tmp_path, HEADING + "a.mp4,,,,,,auto,\n\nb.mp4\n")
    assert read_manifest(path) == (Row("a.mp4", tmp_path / "a.mp4"), Row("b.mp4", tmp_path / "b.mp4"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_chinese_names_survive_every_encoding_that_excel_writes(tmp_path: Path, encoding: str, line_end: str) -> None:
    path = write(tmp_path, f"path,trainee,sex{line_end}录像一.mp4,学员甲,女{line_end}", encoding)
    (row,) = read_manifest(path)
    assert (row.path, row.trainee, row.sex) == ("录像一.mp4", "学员甲", "f")


def test_a_quoted_path_may_hold_a_comma_and_an_absolute_path_stays(tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where" / "x.mp4"
    path = write(tmp_path, f'Path , Drill\n"a,b.mp4",sit\n{elsewhere},\n')
    assert [row.file for row in read_manifest(path)] == [tmp_path / "a,b.mp4", elsewhere]


def test_a_pack_file_is_relative_to_the_manifest_and_an_id_is_not(tmp_path: Path) -> None:
    path = write(tmp_path, "path,standard\na.mp4,own.toml\nb.mp4,T1\n")
    assert [row.standard for row in read_manifest(path)] == [str(tmp_path / "own.toml"), "T1"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HEADING + "a.mp4,,tall,,,,,\n", "line 2, column height_cm: expected centimetres, got 'tall'"),
        (HEADING + "a.mp4,,nan,,,,,\n", "line 2, column height_cm: expected 80 to 250 cm"),
        (HEADING + "a.mp4,,1.63,,,,,\n", "line 2, column height_cm: expected 80 to 250 cm, got 1.63"),
        (HEADING + "a.mp4,,,x,,,,\n", "line 2, column sex: expected f or m, got 'x'"),
        (HEADING + "a.mp4,,,,,,jump,\n", "line 2, column drill: expected one of auto, stand"),
        (HEADING + "a.mp4\n,,170,,,,,\n", "line 3, column path: is empty"),
        (HEADING + "a.mp4,,,,,,,,,\n", "line 2, column 9: more cells than the heading"),
        ("file,drill\na.mp4,bow\n", "line 1: the heading has no column 'path'"),
        ("path,sex,sex\na.mp4,f,m\n", "line 1, column sex: stands twice"),
        ('path\n"a.mp4\n', "is not valid CSV"),
        ("", "is empty"),
        (HEADING, "no recordings below the heading"),
    ],
)
def test_a_mistake_is_named_by_line_and_column(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(ManifestError) as caught:
        read_manifest(write(tmp_path, text))
    assert place in caught.value.en
    assert "manifest.csv" in caught.value.en
    assert caught.value.zh != caught.value.en


def test_a_workbook_renamed_to_csv_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_bytes(b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xff\xff\xff\x81\x00")
    with pytest.raises(ManifestError, match="neither UTF-8 nor GBK"):
        read_manifest(path)


def test_a_missing_manifest_says_so(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path / "none.csv")


@given(data=st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_manifest_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("m") / "manifest.csv"
    path.write_bytes(b"path,drill\n" + data)
    with suppress(ManifestError):
        assert all(row.path for row in read_manifest(path))
