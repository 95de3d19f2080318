"""TRC and MOT are read by OpenSim itself, and its own joints point where our body does."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.synthetic import POSTURES, about_vertical, body
from vision.outputs import BODY_NAMES
from vision.reconstruct.coordinates import LEAST_BEND_DEG, LENGTHS, NAMES, coordinates, y_up
from vision.reconstruct.skeleton import Point
from vision.report import Motion
from vision.report.tracks import mot, trc
from vision.types import FloatArray

READER = Path(__file__).with_name("opensim_reader.py")
ROOT = Path(__file__).resolve().parents[2]
SPANS = {
    "torso": None,
    **{
        f"{bone}_{side[0]}": (f"{side}_{first}".upper(), f"{side}_{second}".upper())
        for side in ("left", "right")
        for bone, first, second in (
            ("femur", "hip", "knee"),
            ("tibia", "knee", "ankle"),
            ("humerus", "shoulder", "elbow"),
            ("ulna", "elbow", "wrist"),
        )
    },
}


def opensim_python() -> str | None:
    """A Python with OpenSim's package, which wants another numpy than the pose network: one of its own."""
    given = os.environ.get("YITAI_OPENSIM_PYTHON") or str(Path(sys.prefix) / "opensim" / "bin" / "python")
    return given if Path(given).is_file() else None


def moving() -> Motion:
    """Every posture of the synthetic person, turned and swung about, and a moment without a body."""
    rng = np.random.default_rng(4)
    bodies = []
    for number, posture in enumerate(POSTURES.values()):
        points = body(posture) @ about_vertical(37.0 * number).T
        bodies.append(points + rng.normal(0, 0.02, points.shape))
    bodies.insert(2, np.full((len(Point), 3), np.nan))
    return Motion(np.arange(len(bodies)) / 8.0, BODY_NAMES, np.array(bodies))


def pointing(points: FloatArray, name: str) -> FloatArray:
    """Where a part of our body points, y up."""
    up = y_up(points)
    span = SPANS[name]
    if span is None:
        hips, shoulders = up[[Point.LEFT_HIP, Point.RIGHT_HIP]].mean(0), up[[2, 3]].mean(0)
        difference = shoulders - hips
    else:
        difference = up[Point[span[1]]] - up[Point[span[0]]]
    return np.asarray(difference / np.linalg.norm(difference))


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    python = opensim_python()
    if python is None:
        pytest.skip("OpenSim's package is not installed: make opensim-reader")
    folder, motion = tmp_path_factory.mktemp("opensim"), moving()
    (folder / "a.trc").write_text(trc(motion, "a.trc"), "utf-8")
    (folder / "a.mot").write_text(mot(motion, "Coordinates"), "utf-8")
    command = [python, str(READER), str(folder / "a.trc"), str(folder / "a.mot"), str(folder / "seen.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads((folder / "seen.json").read_text("utf-8"))
    return found


def test_opensim_reads_every_marker_where_it_is(answer: dict[str, Any]) -> None:
    motion = moving()
    assert (tuple(answer["markers"]), answer["units"]) == (BODY_NAMES, "mm")
    np.testing.assert_allclose(answer["marker_times_s"], motion.times_s)
    np.testing.assert_allclose(np.array(answer["positions"]) / 1000, y_up(motion.positions_m), atol=1e-6)


def test_opensim_reads_every_angle_in_degrees(answer: dict[str, Any]) -> None:
    assert (tuple(answer["coordinates"]), answer["in_degrees"]) == (NAMES, "yes")
    np.testing.assert_allclose(answer["angle_times_s"], moving().times_s)


@pytest.mark.parametrize("name", SPANS)
def test_a_model_of_opensims_joints_points_where_our_body_does(answer: dict[str, Any], name: str) -> None:
    """A nearly straight limb is left unturned about its own axis, and misses by less than twice its bend."""
    bends = coordinates(moving().positions_m).get(name.replace("tibia", "knee_angle").replace("ulna", "elbow_flex"))
    compared = 0
    for number, (points, seen) in enumerate(zip(moving().positions_m, answer["directions"], strict=True)):
        if np.isfinite(points).all():
            straight = bends is not None and bends[number] < LEAST_BEND_DEG
            loose = 2 * np.sin(np.radians(bends[number])) if bends is not None and straight else 1e-5
            np.testing.assert_allclose(seen[name], pointing(points, name), atol=loose)
            compared += 1
    assert compared == len(POSTURES)


def table_of(text: str) -> pd.DataFrame:
    """A MOT file by its published form: lines of the head, ``endheader``, names, numbers."""
    return pd.read_csv(io.StringIO(text.partition("endheader\n")[2]), sep="\t")


def test_the_head_of_a_mot_file_counts_its_rows_and_columns() -> None:
    text = mot(moving(), "Coordinates")
    head = dict(line.split("=") for line in text.partition("endheader")[0].splitlines() if "=" in line)
    table = table_of(text)
    assert head == {"version": "1", "nRows": str(len(table)), "nColumns": str(table.shape[1]), "inDegrees": "yes"}
    assert list(table.columns) == ["time", *NAMES]


def test_known_angles_come_back() -> None:
    points = np.array([body(POSTURES[name]) for name in ("stand", "bow", "sit")])
    found = coordinates(points)
    bow = POSTURES["bow"].flexion_deg
    assert found["lumbar_extension"][1] - found["lumbar_extension"][0] == pytest.approx(-bow, abs=1.0)
    for side in ("r", "l"):
        assert found[f"knee_angle_{side}"][0] == pytest.approx(0.0, abs=8.0)
        assert found[f"knee_angle_{side}"][2] == pytest.approx(90.0, abs=15.0)
        assert found[f"hip_flexion_{side}"][2] > 60.0
    assert found["pelvis_ty"][0] > found["pelvis_ty"][2] > 0.3


def test_a_mirrored_body_swaps_its_sides() -> None:
    points = body(POSTURES["guide"])[None]
    swapped = points.copy() * np.array([1.0, -1.0, 1.0])
    swapped[:, :20] = swapped[:, [k ^ 1 for k in range(20)]]
    here, there = coordinates(points), coordinates(swapped)
    for name in NAMES:
        if name.endswith("_r"):
            np.testing.assert_allclose(here[name], there[f"{name[:-2]}_l"], atol=1e-9)
    assert here["lumbar_bending"] == pytest.approx(-there["lumbar_bending"])


def test_turning_the_whole_body_changes_only_the_pelvis() -> None:
    points = body(POSTURES["sit"])[None]
    here, there = coordinates(points), coordinates(points @ about_vertical(70.0).T)
    for name in NAMES:
        if not name.startswith("pelvis"):
            np.testing.assert_allclose(here[name], there[name], atol=1e-9)
    assert set(LENGTHS) < set(NAMES)
    assert here["pelvis_ty"] == pytest.approx(there["pelvis_ty"])
