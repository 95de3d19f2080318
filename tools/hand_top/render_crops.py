"""Render crops of hands with exact truth: folded before the abdomen, or one guiding hand.

    python tools/hand_top/render_crops.py --renderer DIR --kind fold|guide --out FOLDER [--batches 60] [--seed 3]

``DIR`` holds the renderer of the development set (``body.py``, ``poses.py``, ``truth.py``, ``render_api.py``); its
README names the two environments it wants. One batch = one room and one person, 20 postures and cameras; only the
region round the hands is rendered. Writes JPEG crops and ``hands.jsonl`` or ``guide.jsonl``. ``fold`` trains
``hand_top.onnx``; ``guide`` widens the evidence for ``palm_up`` in ``tools/fit_hand_head.py``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

PICTURE_WH = (1280, 720)
BATCH = 20
SAMPLES_PER_PIXEL = 5
POINTS = (
    "shoulder", "elbow", "wrist", "index_mcp", "middle_mcp", "pinky_mcp",
    "thumb_tip", "index_tip", "middle_tip", "pinky_tip", "hip",
)  # fmt: skip
OUTFITS = {
    "m": ["suit", "suit", "shirt", "jacket_open", "long_sleeve"],
    "f": ["suit", "suit", "blouse_skirt", "shirt", "short_sleeve"],
}
PEOPLE = {
    "light": {"asian": 0.5, "caucasian": 0.5},
    "medium": {"asian": 1.0},
    "tan": {"asian": 0.8, "african": 0.2},
    "dark": {"asian": 0, "african": 1.0},
}
Vector = NDArray[np.float64]


class Renderer:
    """The renderer's modules, found in a folder given on the command line."""

    def __init__(self, folder: Path) -> None:
        sys.path.insert(0, str(folder))
        import body
        import feet
        import people
        import poses
        import render_api
        import truth

        self.body, self.people, self.poses, self.truth = body, people, poses, truth
        self.floors, self.run = feet.FLOORS, render_api.run


def new_person(r: Renderer, rnd: random.Random) -> tuple[Any, Any]:
    """A person not in the development set, and a skin colour."""
    sex, group = rnd.choice("mf"), rnd.choice(list(PEOPLE))
    low, high = (1.58, 1.9) if sex == "m" else (1.48, 1.76)
    phenotype = {"weight": rnd.uniform(0.4, 0.65), "muscle": rnd.uniform(0.38, 0.6), "age": rnd.uniform(0.5, 0.9)}
    person = r.body.Person(
        sex,
        round(rnd.uniform(low, high), 2),
        rnd.choice(OUTFITS[sex]),
        hair="short04" if sex == "m" else "ponytail01",
        shoes="shoes04",
        shoe_form=(1.05, 0.95),
        kw=phenotype | PEOPLE[group],
    )
    return person, rnd.choice(r.people.SKIN[group])


def fold_hands(r: Renderer, person: Any, posture: dict[str, Any], trunk: Any, rnd: random.Random) -> str:
    """Fold the hands, or let one hold the other's wrist, in varied ways; returns the upper hand, ``L`` or ``R``."""
    u, scale = rnd.uniform, person.stature / 1.75
    height = (trunk.mid_hip + trunk.trunk @ np.array([0, 0, (0.055 + u(-0.04, 0.09)) * scale]))[2]
    surface = min(r.poses.surf(person, trunk, height + step) for step in (0.0, 0.05, -0.05))
    hold, upper, middle = rnd.random() < 0.25, rnd.choice("LR"), u(-0.02, 0.02)
    lower = "L" if upper == "R" else "R"
    lower_wrist = np.zeros(3)
    for side, depth in ((lower, 0.022 + u(-0.004, 0.01)), (upper, 0.052 + u(-0.004, 0.012))):
        sign, length = (1 if side == "L" else -1), person.rest[side]["hand"] * 0.85
        if not hold:
            finger = r.body.unit([-sign * u(0.6, 0.95), -0.06 + u(-0.05, 0.05), -u(0.25, 0.85)])
            centre = np.array([middle + sign * u(-0.005, 0.03), surface - depth, height + u(-0.015, 0.015)])
            curl = u(6, 24)
        elif side == lower:
            finger = r.body.unit([-sign * u(0.45, 0.75), -0.05, -0.78])
            centre = np.array([middle + sign * u(-0.015, 0.01), surface - depth, height - 0.05])
            lower_wrist, curl = centre - finger * length, u(8, 24)
        else:
            finger = r.body.unit([-sign * 0.97, -0.05, -u(0.1, 0.4)])
            centre = lower_wrist + np.array([u(-0.01, 0.01), -0.03 + u(-0.004, 0.004), 0.012 + u(-0.01, 0.015)])
            curl = u(25, 46)
        posture["arm"][side] = {
            "mode": "ik",
            "wrist": centre - finger * length,
            "pole": (sign * 0.72, 0.55 + u(-0.2, 0.2), -0.5),
            "finger": finger,
            "palm": np.array([0, 1.0, 0.1 + u(-0.15, 0.15)]),
            "curl": curl,
            "thumb": u(0, 16),
        }
    return upper


def guide_arm(r: Renderer, posture: dict[str, Any], rnd: random.Random) -> str:
    """Stretch one arm out, the palm mostly near up; returns its side."""
    u, side = rnd.uniform, rnd.choice("LR")
    arm = r.body.arm_dir(
        elev=u(15, 110), az=u(0, 105), elbow=rnd.choice([u(160, 179), u(95, 160)]), curl=u(3, 22), clav=u(0, 8)
    )
    tilt, heading = np.radians(rnd.gauss(0, 35)), np.radians(u(0, 360))
    near_up = np.array([np.sin(tilt) * np.cos(heading), np.sin(tilt) * np.sin(heading), np.cos(tilt)])
    anywhere = np.array([rnd.gauss(0, 1) for _ in range(3)])
    posture["arm"][side] = arm | {"thumb": u(0, 14), "palm": near_up if u(0, 1) < 0.75 else anywhere}
    return side


def one_crop(r: Renderer, person: Any, kind: str, rnd: random.Random) -> tuple[Any, dict[str, Any], Any] | None:
    """Vertices in the world, record, and camera; None when the hands leave the picture."""
    posture = r.poses.stand(person, rnd.uniform(0, 60))
    posture["spine_lat"] = rnd.choice([0, rnd.uniform(-4, 4)])
    flexion = rnd.uniform(-2, 5) if rnd.random() < 0.67 or kind == "guide" else rnd.uniform(5, 40)
    trunk = r.poses.set_trunk_flex(person, posture, flexion, back=flexion > 5)
    side = fold_hands(r, person, posture, trunk, rnd) if kind == "fold" else guide_arm(r, posture, rnd)
    solved = r.body.solve(person, posture)
    joints = r.truth.joints(person, solved)
    points = {name: np.array([joints[f"{name}_{n}"] for n in POINTS]) for name in ("left", "right")}
    yaw = rnd.uniform(-180, 180)
    turn = r.body.Rz(yaw)
    aim = (points["left"][2] + points["right"][2]) / 2
    if kind == "guide":
        aim = 0.3 * aim + 0.7 * (points["left"][0] + points["right"][0]) / 2
    camera = new_camera(r, turn @ aim, yaw, rnd)
    shift = np.array(
        [rnd.uniform(-0.25, 0.25) - 0.45 * camera["C"][0], rnd.uniform(-0.25, 0.25) - 0.45 * camera["C"][1], 0]
    )
    camera = r.truth.shifted(camera, shift)
    pixels = {name: r.truth.project(camera, x @ turn.T + shift)[0] for name, x in points.items()}
    scale = camera["K"][0][0] / camera["dist"]
    word = {"L": "left", "R": "right"}[side]
    shown = np.concatenate([pixels[n][2:10] for n in (("left", "right") if kind == "fold" else (word,))])
    centre = (shown.min(0) + shown.max(0)) / 2
    low, high = np.floor(centre - 0.28 * scale).astype(int), np.ceil(centre + 0.28 * scale).astype(int)
    if low.min() < 0 or (high > PICTURE_WH).any():
        return None
    geometry = r.truth.measure(person, solved, joints)
    record = {
        "top" if kind == "fold" else "side": word,
        "ppm": scale,
        "box": [*low.tolist(), *high.tolist()],
        "px": {name: (p - low).round(2).tolist() for name, p in pixels.items()},
        "palm_up": {name: geometry[f"{name}_palm_up_deg"] for name in points},
        "up_cam": np.array(camera["R"])[:, 2].tolist(),
        "K": camera["K"],
    }
    return (solved.V @ turn.T + shift).astype(np.float32), record, camera


def new_camera(r: Renderer, aim: Vector, yaw: float, rnd: random.Random) -> dict[str, Any]:
    """A desk, shelf or tripod camera, mostly in front."""
    azimuth = rnd.uniform(-1, 1) * rnd.choice([25, 60, 60, 95])
    distance, height = rnd.uniform(1.7, rnd.choice([3.5, 5])), rnd.uniform(0.7, 1.8)
    pitch = float(np.degrees(np.arctan2(rnd.uniform(0.7, 1.1) - height, distance))) + rnd.uniform(-5, 5)
    camera: dict[str, Any] = r.truth.look_camera(
        aim[:2],
        distance,
        azimuth,
        height,
        rnd.uniform(48, 80),
        *PICTURE_WH,
        pitch=pitch,
        roll=rnd.choice([0, 0, rnd.uniform(-8, 8)]),
        person_yaw=yaw,
    )
    return camera


def batch(r: Renderer, kind: str, name: str, rnd: random.Random, scratch: Path) -> tuple[Any, list[dict[str, Any]]]:
    """A job for the renderer, and the records of its crops."""
    person, skin = new_person(r, rnd)
    folder = scratch / name
    folder.mkdir()
    r.people.save_mesh(person, str(folder / "mesh.npz"))
    suit = rnd.choice([*r.people.CLOTH, (0.1, 0.11, 0.14), (0.22, 0.2, 0.17), (0.03, 0.05, 0.1)])
    legs, black = rnd.choice([suit, rnd.choice(r.people.CLOTH)]), (0.011, 0.011, 0.012)
    colours = {"skin": skin, "stocking": skin, "sock": skin, "hair": black, "shoe": black, "jacket": suit,
               "trouser": legs, "skirt": legs, "tie": black, "shirt": rnd.choice(r.people.SHIRT)}  # fmt: skip
    vertices, records, samples = [], [], []
    for number in range(BATCH):
        made = one_crop(r, person, kind, rnd)
        if made is None:
            continue
        positions, record, camera = made
        crop = f"{name}_{number:02d}"
        vertices.append(positions)
        records.append({"file": f"{crop}.jpg", "person": name} | record)
        samples.append({"cam": camera, "border": record["box"], "colors": colours, "seed": number,
                        "lamps": [rnd.uniform(0.3, 1.7) for _ in range(4)], "ambient": rnd.uniform(0.4, 1.4),
                        "spp": SAMPLES_PER_PIXEL, "out": str(folder / f"{crop}.png")})  # fmt: skip
    np.save(folder / "v.npy", np.array(vertices))
    job = {"type": "feet", "name": name, "room": rnd.randrange(10**6), "floor": rnd.choice(r.floors),
           "light": rnd.choice([1, 1, 0.7, 1.3, 0.4]), "cam": samples[0]["cam"], "samples": samples,
           "persons": [{"name": "p", "mesh": person.mesh, "verts": str(folder / "v.npy"), "colors": colours}],
           "done": str(folder / "done")}  # fmt: skip
    return job, records


def keep(job: Any, records: list[dict[str, Any]], out: Path, list_name: str) -> None:
    """Crops as JPEG and their records; what was not rendered is left out."""
    with (out / list_name).open("a") as lines:
        for record, sample in zip(records, job["samples"], strict=True):
            image = cv2.imread(sample["out"])
            if image is not None:
                cv2.imwrite(str(out / record["file"]), image, [cv2.IMWRITE_JPEG_QUALITY, 90])
                lines.write(json.dumps(record) + "\n")
    shutil.rmtree(os.path.dirname(job["done"]))


def main() -> None:
    parser = argparse.ArgumentParser(description="Render crops of hands with exact truth.")
    parser.add_argument("--renderer", type=Path, required=True)
    parser.add_argument("--kind", choices=("fold", "guide"), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--batches", type=int, default=60)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    renderer = Renderer(options.renderer)
    list_name = "hands.jsonl" if options.kind == "fold" else "guide.jsonl"
    with tempfile.TemporaryDirectory(prefix="hands") as scratch:
        for number in range(options.batches):
            name = f"{options.kind}{options.seed}_{number:03d}"
            job, records = batch(renderer, options.kind, name, random.Random(name), Path(scratch))
            renderer.run([job], scratch, name, workers=1, wait=1.0)
            keep(job, records, options.out, list_name)
            print(name, len(records), flush=True)


if __name__ == "__main__":
    main()
