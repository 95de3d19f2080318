"""Render portraits with exact class masks and the regions that hair may hide, for training.

    python tools/grooming/render_heads.py --renderer DIR --out FOLDER [--count 200] [--first 0] [--seed 71]

``DIR`` holds the renderer of the development set (``grooming.py``, ``body.py``); its README names the two
environments it wants. The people, rooms and cameras are new ones (another seed), and the hair meshes are
stretched, shortened, fringed and roughened at random, so that no outline is learnt by heart; every twelfth
person wears a headscarf (long hair's mesh in the colour of cloth, class ``other``).

Beside NAME.jpg and NAME.json (truth as in the development set) stand NAME.mask.png (classes) and
NAME.region.png (what could be seen without hair: 1 forehead, 2 left ear, 3 right ear).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np

SIZE_WH = (360, 480)
SAMPLES_PER_PIXEL = 4
FOREHEAD, EAR_RIGHT, OTHER = 9, 11, 8  # ids in the passes
CHUNK = 12


class Heads:
    """The renderer's modules with other hair."""

    def __init__(self, folder: Path, seed: int) -> None:
        sys.path.insert(0, str(folder))
        import body
        import grooming
        import render_api

        self.grooming, self.body, self.run, self.seed = grooming, body, render_api.run, seed
        self._solve, self._spec = body.solve, grooming.spec
        self._rng = np.random.default_rng(0)
        self.headscarf = False
        grooming.W, grooming.H = SIZE_WH
        body.solve = self.solve
        grooming.spec = self.spec

    def spec(self, k: int, rnd: random.Random) -> dict[str, Any]:
        """As the renderer draws it; a woman under a headscarf has long hair that will be cloth."""
        drawn = dict(self._spec(k, rnd))
        if self.headscarf:
            drawn |= {"hair": rnd.choice(["bob02", "long01", "bob01"]), "scarf": False, "beard": "none"}
        return drawn

    def solve(self, person: Any, posture: Any) -> Any:
        """The posed person with restyled hair."""
        posed = self._solve(person, posture)
        start, end = person.slices.get(person.hair, (0, 0))
        if end > start:
            centre = posed.p[person.B["head"]] + np.array([0.0, -0.01, 0.07])
            posed.V[start:end] = restyled(posed.V[start:end], centre, np.random.default_rng(self._style))
        return posed

    def make(self, k: int, out: Path) -> dict[str, Any]:
        """The job of portrait ``k``."""
        self._style = 1000 * self.seed + k
        self.headscarf = k % 12 == 7
        job = dict(self.grooming.make(k, self.seed, str(out), SAMPLES_PER_PIXEL))
        if self.headscarf:
            mesh = dict(np.load(job["persons"][0]["mesh"]))
            mesh["shown"] = np.where(mesh["shown"] == 2, OTHER, mesh["shown"])
            np.savez(job["persons"][0]["mesh"], **mesh)
            colours = np.random.default_rng(self._style).uniform(0.02, 0.7, 3)
            job["persons"][0]["colors"]["hair"] = tuple(map(float, colours))
        job["headscarf"] = self.headscarf
        return job


def restyled(hair: np.ndarray, centre: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Hair vertices (N, 3), metres, z up, face towards -y: other volume, length, fringe and outline."""
    rel = hair - centre
    rel = rel * (1 + np.abs(rng.normal(0, 0.045, 3)))
    below = rel[:, 2] < -0.03
    rel[below, 2] = -0.03 + (rel[below, 2] + 0.03) * rng.uniform(0.55, 1.35)
    front = np.clip((-rel[:, 1] - 0.03) / 0.06, 0, 1) * np.clip((0.11 - rel[:, 2]) / 0.05, 0, 1)
    rel[:, 2] += front * rng.uniform(-0.022, 0.03) + front * rel[:, 0] * rng.normal(0, 0.15)
    side = np.clip((np.abs(rel[:, 0]) - 0.05) / 0.03, 0, 1) * np.clip((0.04 - rel[:, 2]) / 0.04, 0, 1)
    rel[:, 1] += side * rng.uniform(-0.012, 0.022)
    for _wave in range(4):
        way = rng.normal(0, 1, 3)
        phase = rel @ (way / np.linalg.norm(way)) * rng.uniform(30, 160) + rng.uniform(0, 6.28)
        rel = rel + np.sin(phase)[:, None] * rng.normal(0, 0.0022, 3)
    return np.asarray(rel + centre)


def finish(jobs: list[dict[str, Any]], work: Path, out: Path, renderer: Heads) -> int:
    """Write what is rendered; returns how many."""
    written = 0
    for job in jobs:
        shown, hidden = (cv2.imread(job["ids"][key], cv2.IMREAD_GRAYSCALE) for key in ("shown", "hidden"))
        image = cv2.imread(job["out"])
        if not os.path.exists(job["done"]) or image is None or shown is None or hidden is None:
            continue
        shown, hidden = (np.rint(ids / 4).astype(np.uint8) for ids in (shown, hidden))
        region = np.where((hidden >= FOREHEAD) & (hidden <= EAR_RIGHT), hidden - FOREHEAD + 1, 0).astype(np.uint8)
        truth = json.loads((work / f"{job['name']}.truth.json").read_text())
        truth["region_px_visible_of"] = {
            name: [int((shown == FOREHEAD + i).sum()), int((hidden == FOREHEAD + i).sum())]
            for i, name in enumerate(("hair_forehead", "hair_ear_left", "hair_ear_right"))
        }
        truth["attributes"]["headscarf"] = job["headscarf"]
        truth["attributes"]["badge_visible_px"] = int((shown == 6).sum())
        name = f"{job['name']}_{renderer.seed}"
        shown[(shown >= FOREHEAD) & (shown <= EAR_RIGHT)] = 1
        cv2.imwrite(str(out / f"{name}.mask.png"), shown)
        cv2.imwrite(str(out / f"{name}.region.png"), region)
        cv2.imwrite(str(out / f"{name}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 92])
        (out / f"{name}.json").write_text(json.dumps(truth))
        for path in (job["out"], *job["ids"].values(), job["persons"][0]["mesh"], job["persons"][0]["verts"]):
            Path(path).unlink(missing_ok=True)
        written += 1
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description="Render portraits for training.")
    parser.add_argument("--renderer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=71)
    options = parser.parse_args()
    work = Path(os.environ.setdefault("RENDER_WORK", str(Path(tempfile.gettempdir()) / "heads_work")))
    work.mkdir(parents=True, exist_ok=True)
    options.out.mkdir(parents=True, exist_ok=True)
    renderer = Heads(options.renderer, options.seed)
    for first in range(options.first, options.first + options.count, CHUNK):
        jobs = []
        for k in range(first, min(first + CHUNK, options.first + options.count)):
            try:
                jobs.append(renderer.make(k, options.out))
            except (ValueError, KeyError, IndexError) as error:  # an unlucky combination; the next one is as good
                print(k, repr(error), flush=True)
        renderer.run(jobs, str(work), "heads", workers=1, wait=1.0)
        print(first, finish(jobs, work, options.out, renderer), flush=True)


if __name__ == "__main__":
    main()
