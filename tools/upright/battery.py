"""A battery of wrong calibrations, each held against real pictures of its camera: ``docs/calibration-battery.md``.

    python tools/upright/battery.py --truth DEVSET --out docs/calibration-battery.md

Every still of an upright person in DEVSET serves as the picture that somebody checks a camera file with. The file is
first the true one (which must pass), then wrong in one way.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from app.calibrating.people import Scene, see
from calibration.camera import Camera, CameraSigma, for_size, level_rotation
from calibration.check import check_camera, check_moved, check_people, check_room
from calibration.errors import CameraError
from calibration.files import camera_from_dict, camera_to_dict
from calibration.moved import background, movement
from calibration.pose import field_of_view_deg, heading_rotation, pitch_roll_deg

FLOOR_SIGMA = CameraSigma(0.01, 0.3, 0.3, 0.012)


@dataclass(frozen=True)
class Case:
    """One picture with its true camera."""

    scene: Scene
    camera: Camera
    stature_m: float


def turned(camera: Camera, pitch_deg: float = 0.0, roll_deg: float = 0.0, height: float = 1.0) -> Camera:
    """The camera with another pitch and roll, and its height (and place) scaled."""
    pitch, roll = pitch_roll_deg(camera.rotation_cam_from_floor)
    heading = heading_rotation(camera.rotation_cam_from_floor)
    rotation = level_rotation(pitch + pitch_deg, roll + roll_deg) @ heading
    return replace(camera, rotation_cam_from_floor=rotation, translation_m=-rotation @ (camera.centre_m * height))


def zoomed(camera: Camera, factor: float) -> Camera:
    matrix = camera.matrix.copy()
    matrix[[0, 1], [0, 1]] *= factor
    return replace(camera, matrix=matrix)


def mirrored(camera: Camera, axis: list[float]) -> Camera:
    """The floor frame mirrored or turned over, read back as a file would be."""
    data = camera_to_dict(camera)
    turn = np.array(data["R"]) @ np.diag(axis)
    centre = np.diag(axis) @ camera.centre_m
    return camera_from_dict({**data, "R": turn.tolist(), "t": (-turn @ centre).tolist()}, "file")


WRONG: dict[str, Callable[[Camera], Camera]] = {
    "nothing wrong": lambda camera: camera,
    "floor mirrored (left and right)": lambda camera: mirrored(camera, [-1.0, 1, 1]),
    "floor upside down": lambda camera: mirrored(camera, [1.0, -1, -1]),
    "picture upside down": lambda camera: turned(camera, roll_deg=180.0),
    "sheet of the wrong size (A4 taken for A3)": lambda camera: turned(camera, height=260 / 170),
    "sheet printed at 95 %, ruler not measured": lambda camera: turned(camera, height=1 / 0.95),
    "sheet printed at 90 %, ruler not measured": lambda camera: turned(camera, height=1 / 0.90),
    "height of the person 10 cm too large": lambda camera: turned(camera, height=1.06),
    "camera height 15 cm too large": lambda camera: turned(camera, height=1 + 0.15 / camera.centre_m[2]),
    "file for another aspect ratio": lambda camera: for_size(camera, (960, 720)),
    "picture stretched from 4:3": lambda camera: replace(camera, matrix=np.diag([0.75, 1.0, 1.0]) @ camera.matrix),
    "camera tilted by 2 deg since": lambda camera: turned(camera, pitch_deg=2.0),
    "camera tilted by 5 deg since": lambda camera: turned(camera, pitch_deg=5.0),
    "camera rolled by 3 deg since": lambda camera: turned(camera, roll_deg=3.0),
    "zoomed by 10 % since": lambda camera: zoomed(camera, 0.9),
    "zoomed by 25 % since": lambda camera: zoomed(camera, 0.75),
}


def outcome(case: Case, wrong: Callable[[Camera], Camera]) -> tuple[str, tuple[str, ...]]:
    """``refused``, ``error``, ``warning`` or ``silent``, and the findings' codes."""
    try:
        camera = wrong(replace(case.camera, sigma=FLOOR_SIGMA, level="floor"))
    except CameraError:
        return "refused", ()
    found = [
        *check_camera(camera),
        *check_people(camera, case.scene.views, case.stature_m),
        *check_room(camera, case.scene.segments()),
    ]
    return _worst(found), tuple(sorted({finding.code for finding in found}))


def _worst(found: list) -> str:
    severities = {finding.severity for finding in found}
    return "error" if "error" in severities else "warning" if severities else "silent"


def shaken(case: Case, pitch_deg: float, yaw_deg: float) -> tuple[str, tuple[str, ...]]:
    """A recording made after the camera was turned, held against the fingerprint of the calibration's picture."""
    turn = cv2.Rodrigues(np.radians([pitch_deg, yaw_deg, 0.0]))[0]
    homography = case.camera.matrix @ turn @ np.linalg.inv(case.camera.matrix)
    after = cv2.warpPerspective(case.scene.room, homography, case.scene.size_wh, borderMode=cv2.BORDER_REFLECT)
    noisy = np.clip(after + np.random.default_rng(0).normal(0, 3, after.shape), 0, 255).astype(np.uint8)
    change = movement(case.scene.background(), background(noisy), field_of_view_deg(case.camera))
    found = check_moved(change)
    return _worst(found), tuple(finding.code for finding in found)


SHAKEN = {
    "background unchanged (noise only)": (0.0, 0.0),
    "camera nudged by 0.5 deg (background)": (0.3, 0.4),
    "camera turned by 2 deg (background)": (1.0, 1.7),
    "camera turned by 6 deg (background)": (2.0, 5.7),
}


def cases(folder: Path) -> list[Case]:
    """Stills with an upright person."""
    found = []
    for row in csv.DictReader((folder / "manifest.csv").read_text(encoding="utf-8-sig").splitlines()):
        truth = json.loads((folder / row["truth"]).read_text(encoding="utf-8"))
        if truth.get("hard") is not None or truth["family"] not in ("vstance", "parallel", "ding", "hands"):
            continue
        scene = see([folder / row["path"]], need_people=False)
        data = json.loads((folder / row["calibration"]).read_text(encoding="utf-8"))
        if scene.views:
            found.append(Case(scene, camera_from_dict(data, row["path"]), float(row["height_cm"]) / 100))
    return found


def table(found: list[Case]) -> list[str]:
    """One line for each way of being wrong."""
    lines = ["| what is wrong | pictures | refused | error | warning | silent | by |", "|---|--:|--:|--:|--:|--:|---|"]
    rows = {name: [outcome(case, wrong) for case in found] for name, wrong in WRONG.items()}
    rows |= {name: [shaken(case, *turn) for case in found] for name, turn in SHAKEN.items()}
    for name, results in rows.items():
        counts = Counter(kind for kind, _ in results)
        codes = Counter(code for _, group in results for code in group)
        share = [f"{100 * counts[kind] / len(results):.0f} %" for kind in ("refused", "error", "warning", "silent")]
        by = ", ".join(f"{code} {count}" for code, count in codes.most_common())
        lines.append(f"| {name} | {len(results)} | {' | '.join(share)} | {by} |")
    return lines


HEAD = """# Wrong calibrations: what happens to them

Written by `python tools/upright/battery.py`; do not edit by hand. Each still of an upright person of known height is
the picture that a camera file is checked with (`yitai calibrate check FILE PICTURE --height-cm N`). The file claims a
floor sheet's uncertainty. *Refused*: cannot even be read or used. *Error*: found, not saved, exit code 1. *By*: which
finding, in how many pictures.
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.write_text("\n".join([HEAD, *table(cases(asked.truth / "stills"))]) + "\n", encoding="utf-8")
