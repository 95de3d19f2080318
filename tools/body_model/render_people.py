"""Renders many people of their own in many postures, so that the body model does not learn one small set by heart.

    python tools/body_model/render_people.py --renderer FOLDER --out STILLS [--people 40] [--seed 1] [--workers 2]

FOLDER holds the renderer's scripts (its README says how to install it); RENDER_BPY names a python with `bpy`. Run it
with the renderer's own environment. Every person is drawn at random (stature, build, proportions, clothes, hair,
shoes), stands in one room before one camera, and takes one posture after the other, each turned anew; only the part
of the picture that the person fills is rendered per posture, which is ten times as fast as whole stills. The files
are those of the development set: NAME.jpg, NAME.json, NAME.camera.json, manifest.csv.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEIGHT = 960, 540
SAMPLES, PLATE_SAMPLES = 4, 8
LEAST_SIZE_PX = 250.0
MARGIN_PX = 12.0
AZIMUTHS_DEG = (0, 0, 10, 20, 32, 45, 45, 58, 72, 90)
OUTFITS = {
    "m": ("suit", "suit", "jacket_open", "shirt", "long_sleeve", "polo"),
    "f": ("suit", "blouse_skirt", "blouse_skirt", "shirt", "short_sleeve", "long_sleeve"),
}
HAIR = {
    "m": ("short01", "short02", "short03", "short04", "short03"),
    "f": ("bob01", "bob02", "braid01", "ponytail01", "long01", "short03"),
}
SHOES = ("shoes02", "shoes03", "shoes04", "shoes04")
BROWS = ("eyebrow001", "eyebrow002", "eyebrow003", "eyebrow004", "eyebrow006", "eyebrow009")


def drawn_person(rnd: random.Random, key: str) -> tuple[Any, ...]:
    """A person in the form of the renderer's list: everything drawn, nobody in particular."""
    sex = rnd.choice("mf")
    mean, spread = (1.74, 0.065) if sex == "m" else (1.62, 0.06)
    asian = rnd.choice([1.0, 1.0, 0.7, 0.2, 0.0])
    rest = rnd.choice(["african", "caucasian"])
    build = {
        "weight": rnd.uniform(0.38, 0.68),
        "muscle": rnd.uniform(0.35, 0.62),
        "age": rnd.uniform(0.55, 0.85),
        "proportions": rnd.uniform(0.35, 0.85),
        "asian": asian,
        rest: 1.0 - asian,
    }
    form = (rnd.uniform(0.98, 1.12), rnd.uniform(0.84, 1.02))
    stature = round(min(max(rnd.gauss(mean, spread), 1.48), 1.92), 3)
    outfit, hair = rnd.choice(OUTFITS[sex]), rnd.choice(HAIR[sex])
    return (key, sex, stature, outfit, hair, rnd.choice(SHOES), rnd.choice(BROWS), form, build)


def standing_specs(rnd: random.Random, count: int) -> list[dict[str, Any]]:
    """Postures on the feet: stances, hands, bows and guiding arms, over wide ranges."""
    hands = ("fold_rl", "fold_rl", "fold_lr", "wrist_hold", "sides", "sides", "back", "cross")

    def stand() -> dict[str, Any]:
        feet: dict[str, Any] = {
            "v": rnd.uniform(0, 90),
            "ratio": rnd.uniform(0.38, 0.62),
            "gap": rnd.uniform(0.003, 0.05),
        }
        if rnd.random() < 0.25:
            feet = {"v": rnd.uniform(-5, 25), "sep": rnd.uniform(0.1, 0.4), "fwd": rnd.choice([0, 0, 0.08])}
        lean = {"trunk": rnd.uniform(-4, 7), "lat": rnd.choice([0, rnd.uniform(-7, 7)]), "head": rnd.uniform(-10, 14)}
        return {"family": "vstance", "kind": "stand", "hands": rnd.choice(hands), **feet, **lean}

    def ding() -> dict[str, Any]:
        both = {"v": rnd.uniform(25, 70), "front": rnd.choice("LR")}
        return {"family": "ding", "kind": "ding", "hands": rnd.choice(hands[:4]), "trunk": rnd.uniform(-2, 5), **both}

    def bow() -> dict[str, Any]:
        head = rnd.choice([0, 0, rnd.uniform(-12, 18)])
        flex = rnd.choice([rnd.uniform(-3, 25), rnd.uniform(5, 60)])
        v = rnd.uniform(10, 60)
        return {
            "family": "bow",
            "kind": "bow",
            "flex": flex,
            "hands": rnd.choice(["fold_rl", "sides"]),
            "v": v,
            "head": head,
        }

    def guide() -> dict[str, Any]:
        elbow = rnd.choice([rnd.uniform(160, 179), rnd.uniform(160, 179), rnd.uniform(85, 160)])
        arm = {"elev": rnd.uniform(15, 115), "az": rnd.uniform(0, 95), "side": rnd.choice("LR"), "elbow": elbow}
        rest = {"v": rnd.uniform(10, 60), "other": rnd.choice(["sides", "half_fold"]), "trunk": rnd.uniform(-3, 9)}
        return {"family": "guide", "kind": "guide", "head": rnd.uniform(-5, 35), **arm, **rest}

    makers = (guide, bow, stand, guide, bow, stand, guide, stand, bow, guide, ding)
    return [makers[k % len(makers)]() for k in range(count)]


def free_specs(rnd: random.Random, count: int) -> list[dict[str, Any]]:
    """Postures of no drill in particular: arms anywhere, strides, squats. They teach what bodies may look like."""

    def arms() -> dict[str, Any]:
        one = [(rnd.uniform(5, 120), rnd.uniform(-15, 100), rnd.uniform(70, 179)) for _ in "LR"]
        if rnd.random() < 0.5:  # both alike, as when something is handed over
            one[1] = tuple(v + rnd.uniform(-6, 6) for v in one[0])
        return {"arms": one, "palm": [rnd.choice(["in", "up"]) for _ in "LR"]}

    def reach() -> dict[str, Any]:
        return {"kind": "reach", "v": rnd.uniform(0, 60), "trunk": rnd.uniform(-6, 25), **arms()}

    def stride() -> dict[str, Any]:
        ahead = rnd.uniform(0.1, 0.6) * rnd.choice([-1, 1])
        return {"kind": "stride", "ahead": ahead, "sep": rnd.uniform(0.08, 0.25), "trunk": rnd.uniform(-2, 6), **arms()}

    def squat() -> dict[str, Any]:
        down = {
            "down": rnd.uniform(0.12, 0.52),
            "ahead": rnd.choice([0, rnd.uniform(0.1, 0.4)]),
            "sep": rnd.uniform(0.1, 0.3),
        }
        return {"kind": "squat", "trunk": rnd.uniform(-4, 25), **down, **arms()}

    makers = (reach, squat, stride, reach)
    return [{"family": "free", "head": rnd.uniform(-10, 20), **makers[k % len(makers)]()} for k in range(count)]


def sitting_specs(rnd: random.Random, count: int) -> list[dict[str, Any]]:
    """Postures on one chair, whose size is theirs in common."""
    chair = {"seat_h": rnd.uniform(0.41, 0.48), "seat_d": rnd.uniform(0.38, 0.50)}
    return [
        {
            "family": "sit",
            "kind": "sit",
            "frac": rnd.uniform(0.2, 1.0),
            "trunk": rnd.uniform(-15, 22),
            "gap": rnd.uniform(0, 0.35),
            "hands": rnd.choice(["lap", "thigh"]),
            "foot_back": rnd.uniform(-22, 16),
            **chair,
        }
        for _ in range(count)
    ]


class Renderer:
    """The renderer's modules."""

    def __init__(self, folder: Path) -> None:
        sys.path.insert(0, str(folder))
        import body
        import contract
        import make_stills
        import people
        import poses
        import render_api
        import stills
        import truth

        self.body, self.people, self.stills, self.truth, self.contract = body, people, stills, truth, contract
        self.make_stills, self.render, self.poses = make_stills, render_api, poses
        self.work = Path(people.WORK)

    def posed(self, person: Any, spec: dict[str, Any]) -> tuple[Any, Any]:
        """The posed mesh and the seat."""
        if spec["family"] != "free":
            _, result, seat = self.stills.build(person, dict(spec))
            return result, seat
        q = self.poses.default_pose()
        if spec["kind"] == "reach":
            q["foot"] = self.poses.feet_v(person, spec["v"])
        else:
            q["foot"] = self.poses.feet_v(person, 12.0, sep=spec["sep"], fwd=spec["ahead"])
        q["head_pitch"] = spec["head"]
        upright = self.poses.set_trunk_flex(person, q, spec["trunk"], back=False)
        if spec["kind"] == "squat":
            q["pelvis_z"] = float(upright.mid_hip[2]) * (1.0 - spec["down"])
            q["pelvis_xy"] = (0.0, 0.25 * spec["down"])
            for side, outward in (("L", 0.25), ("R", -0.25)):
                q["knee_pole"][side] = np.array([outward, -1.0, 0.2])
            self.poses.set_trunk_flex(person, q, spec["trunk"], back=False)
        for side, (elevation, azimuth, elbow), palm in zip("LR", spec["arms"], spec["palm"], strict=True):
            q["arm"][side] = self.body.arm_dir(elev=elevation, az=azimuth, elbow=min(elbow, 179.0), palm=palm, curl=12)
        return self.body.solve(person, q), None


class Posed:
    """One posture in the world: where the person stands and which way it faces."""

    def __init__(self, tool: Renderer, person: Any, spec: dict[str, Any], rnd: random.Random, seated_yaw: float | None):
        self.result, self.seat = tool.posed(person, spec)
        self.spec = spec
        self.azimuth_deg = rnd.choice(AZIMUTHS_DEG) * rnd.choice([-1, 1]) + rnd.uniform(-7, 7)
        self.shift = np.array([rnd.uniform(-0.15, 0.15), rnd.uniform(-0.15, 0.15), 0.0])
        if self.seat is not None:  # the chair stays where it is: its front edge in the person's frame is the origin
            assert seated_yaw is not None
            self.azimuth_deg = seated_yaw
            self.shift = np.array([0.0, -self.seat["front_y"], 0.0])
        self.joints = tool.truth.joints(person, self.result)

    def placed(self, tool: Renderer, camera_azimuth_deg: float) -> tuple[float, np.ndarray]:
        """Yaw in deg that shows the wanted side to a camera at that azimuth, and the place on the floor."""
        yaw = camera_azimuth_deg - self.azimuth_deg
        return yaw, tool.body.Rz(yaw) @ self.shift


Drawn = tuple[dict[str, Any], list[int]]


def drawn_camera(tool: Renderer, rnd: random.Random, points: list[np.ndarray]) -> Drawn | None:
    """A camera at azimuth 0 of the room, and the postures that it has in frame as a whole."""
    best: Drawn | None = None
    for _ in range(120):
        height, away = rnd.uniform(0.7, 1.85), rnd.uniform(2.1, 4.3)
        roll = rnd.choice([0, 0, rnd.uniform(-3, 3)])
        pitch, field = rnd.uniform(-20, 4), rnd.uniform(48, 80)
        camera = tool.truth.look_camera((0, 0), away, 0, height, field, WIDTH, HEIGHT, pitch=pitch, roll=roll)
        kept = []
        for i, one in enumerate(points):
            pixels, depth = tool.truth.project(camera, one)
            inside = (pixels > MARGIN_PX).all() and (pixels < np.array([WIDTH, HEIGHT]) - MARGIN_PX).all()
            if inside and (depth > 0.3).all() and np.ptp(pixels[:, 1]) > LEAST_SIZE_PX:
                kept.append(i)
        if best is None or len(kept) > len(best[1]):
            best = (camera, kept)
        if len(kept) > 0.9 * len(points):
            return camera, kept
    return best if best is not None and len(best[1]) > 2 else None


def group_of(
    tool: Renderer, rnd: random.Random, key: str, specs: list[dict[str, Any]], out: Path
) -> tuple[Any, list[Any]] | None:
    """One person in one room before one camera: the job for the renderer and the manifest's rows."""
    person = tool.people.person(key)
    colors = tool.people.colors(person, rnd)
    chair_azimuth = rnd.choice(AZIMUTHS_DEG) * rnd.choice([-1, 1]) + rnd.uniform(-7, 7)
    posed = [Posed(tool, person, spec, rnd, chair_azimuth) for spec in specs]
    places = [one.placed(tool, 0.0) for one in posed]
    points = [
        np.array(list(one.joints.values())) @ tool.body.Rz(yaw).T + place
        for one, (yaw, place) in zip(posed, places, strict=True)
    ]
    drawn = drawn_camera(tool, rnd, points)
    if drawn is None:
        return None
    camera, kept = drawn
    room = np.array([-0.42 * camera["C"][i] + rnd.uniform(-0.3, 0.3) for i in (0, 1)] + [0.0])
    camera = tool.truth.shifted(camera, room[:2])
    name = f"{key}_{'sit' if posed[0].seat else 'up'}"
    meshes, rows = [], []
    for i in kept:
        yaw, place = places[i]
        place = place + room
        turned = tool.body.Rz(yaw)
        meshes.append((posed[i].result.V @ turned.T + place).astype(np.float32))
        target = out / f"{name}_{len(rows):02d}"
        rows.append(_written(tool, (person, colors), posed[i], camera, (yaw, place), target))
    np.save(tool.work / f"{name}.npy", np.stack(meshes))
    boxes = []
    if posed[0].seat is not None:
        seat = {**posed[kept[0]].seat}
        yaw, place = places[kept[0]]
        boxes = tool.make_stills.chair_boxes(seat, yaw, (place + room)[:2], rnd.choice(tool.make_stills.CHAIRS))
    job = {
        "type": "clip",
        "name": name,
        "room": rnd.randrange(10**6),
        "cam": camera,
        "boxes": boxes,
        "persons": [{"name": "p", "mesh": person.mesh, "verts": str(tool.work / f"{name}.npy"), "colors": colors}],
        "out": str(tool.work / name),
        "spp": SAMPLES,
        "bg_spp": PLATE_SAMPLES,
        "light": rnd.choice([1.0, 1.0, 1.0, 0.6, 0.25]),
        "done": str(tool.work / f"{name}.done"),
    }
    return job, rows


def _written(
    tool: Renderer, shown: tuple[Any, Any], posed: Posed, camera: Any, stand: tuple[float, np.ndarray], target: Path
) -> dict[str, Any]:
    """Writes truth and camera file of one picture (``target`` without ending); the row of the manifest.

    ``shown`` are the person and its colours, ``stand`` its yaw in deg and its place on the floor.
    """
    (person, colors), (yaw, place), name = shown, stand, target.name
    spec, out = posed.spec, target.parent
    own = {**camera, "azimuth_deg": float((posed.azimuth_deg + 180) % 360 - 180)}
    record = tool.truth.record(person, posed.result, own, yaw, place[:2], posed.seat, posed.joints)
    record["out_of_frame"] = [k for k, v in record.pop("in_frame").items() if not v]
    measured = tool.truth.measure(person, posed.result, posed.joints, posed.seat)
    record["measurements"] = tool.contract.measurements(
        measured, posed.joints, person.stature, posed.seat, hands=spec.get("hands")
    )
    seat = None
    if posed.seat is not None:
        seat = tool.contract.seat_world(posed.seat, tool.body.Rz(yaw), place)
    drill = {**tool.stills.DRILL, "free": "squat" if spec["kind"] == "squat" else "stand"}[spec["family"]]
    truth = {
        "id": name,
        "file": f"{name}.jpg",
        "family": spec["family"],
        "drill": drill,
        "view": "any",
        "hard": None,
        "params": spec,
        "camera": own,
        "seat": seat,
        "persons": [{**tool.people.describe(person, colors), **record}],
    }
    (out / f"{name}.json").write_text(json.dumps(truth, default=float), encoding="utf-8")
    tool.contract.write_camera(str(out / f"{name}.camera.json"), own, seat)
    stature = round(person.stature * 100, 1)
    return {
        "path": f"{name}.jpg",
        "calibration": f"{name}.camera.json",
        "height_cm": stature,
        "sex": person.gender,
        "drill": drill,
        "truth": f"{name}.json",
    }


def finish(jobs: list[Any], out: Path) -> None:
    """Puts what is rendered into its room and writes the pictures."""
    import cv2

    noise = np.random.default_rng(2)
    for job in jobs:
        if not Path(job["done"]).exists() or (out / f"{job['name']}_00.jpg").exists():
            continue
        plate = cv2.imread(f"{job['out']}/bg.png").astype(np.float32)
        for i, part in enumerate(sorted(Path(job["out"]).glob("f*.png"))):
            picture = plate.copy()
            x0, y0, x1, y1 = json.loads(Path(f"{part}.json").read_text())
            person = cv2.imread(str(part)).astype(np.float32)
            room = picture[y0:y1, x0:x1]
            ramp = np.minimum.outer(_ramp(person.shape[0]), _ramp(person.shape[1]))[..., None]
            h, w = min(room.shape[0], person.shape[0]), min(room.shape[1], person.shape[1])
            room[:h, :w] = room[:h, :w] * (1 - ramp[:h, :w]) + person[:h, :w] * ramp[:h, :w]
            picture += noise.normal(0, 1.2 if job["light"] > 0.5 else 4.0, picture.shape[:2])[..., None]
            file = out / f"{job['name']}_{i:02d}.jpg"
            cv2.imwrite(str(file), np.clip(picture + 0.5, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 88])


def _ramp(count: int, width: int = 12) -> np.ndarray:
    """Weights (count,) that rise from the edges: no seam between person and room."""
    edge = np.minimum(np.arange(count), np.arange(count)[::-1]) / (width - 1)
    return np.asarray(np.minimum(edge, 1.0))


def main() -> None:
    """Pose, render, put together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renderer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--standing", type=int, default=16, help="postures on the feet for every person")
    parser.add_argument("--free", type=int, default=6, help="postures of no drill for every person")
    parser.add_argument("--sitting", type=int, default=8, help="postures on a chair for every other person")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--nice", type=int, default=10)
    given = parser.parse_args()
    tool = Renderer(given.renderer)
    given.out.mkdir(parents=True, exist_ok=True)
    jobs, rows = [], []
    for k in range(given.people):
        rnd = random.Random(f"{given.seed} {k}")
        key = f"p{given.seed}_{k:03d}"
        tool.people.PEOPLE.append(drawn_person(rnd, key))
        groups = [[*standing_specs(rnd, given.standing), *free_specs(rnd, given.free)]]
        if k % 2 == 0:
            groups.append(sitting_specs(rnd, given.sitting))
        for specs in groups:
            made = group_of(tool, rnd, key, specs, given.out)
            if made is not None:
                jobs.append(made[0])
                rows.extend(made[1])
    tool.make_stills.write_manifest(rows, str(given.out))
    print(f"{len(rows)} pictures of {given.people} people in {len(jobs)} rooms", flush=True)
    name = f"people_{given.seed}"
    tool.render.run(jobs, str(tool.work), name, lambda: finish(jobs, given.out), given.workers, given.nice)
    finish(jobs, given.out)


if __name__ == "__main__":
    main()
