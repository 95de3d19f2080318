"""More clips of people who move: walks from several sides, sway, busy hands, a halting gesture, a drop onto the chair.

    python tools/over_time/render_clips.py --renderer FOLDER --out CLIPS [--only REGEX]

FOLDER holds the renderer's scripts (its README says how to install it); RENDER_BPY names a python with `bpy`. Run it
with the renderer's own environment. Frames are put together by the renderer's own `finish`, which wants ffmpeg.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np

GAITS: dict[str, dict[str, float]] = {
    "w1_front_fast": {"speed": 1.25, "cadence": 116},
    "w2_oblique": {"speed": 0.9, "cadence": 98},
    "w3_side": {},
    "w4_wander_front": {"t_walk": 3.4},
    "w5_side65": {"speed": 0.8, "cadence": 95},
}
WANDER_M, SWAY_M = 0.22, 0.035
SAMPLES = 3
CAMERA = (-8, 66)  # pitch and horizontal field of view, deg


def moved(frames: list[Any], aside: np.ndarray, ahead: np.ndarray, *, lean: bool) -> list[Any]:
    """The posed people carried along a path (T,) each; ``lean``: about the ankles, by height over the hips'."""
    for i, frame in enumerate(frames):
        way = np.array([aside[i], ahead[i], 0.0])
        for name in ("V", "p"):
            points = getattr(frame, name)
            share = np.clip(points[:, 2:3] / 0.95, 0, None) if lean else 1.0
            setattr(frame, name, points + share * way)
    return frames


def specs(clips: Any) -> list[dict[str, Any]]:
    """The clips in the renderer's own form."""

    def clip(name: str, person: str, seconds: float | None, camera: tuple[Any, ...], fn: Any, parts: Any) -> Any:
        return {"id": name, "ident": person, "T": seconds, "cam": camera, "fn": fn, "segments": parts}

    def standing(hands: str) -> Any:
        def posture(person: Any) -> Any:
            key = clips.k_stand(person, v=45, hands=hands)
            return clips.timeline([(0, key), (99, key)])

        return posture

    def fidgeting(person: Any) -> Any:
        rest = clips.k_stand(person, 45, "sides")
        busy = clips.k_guide(person, 18, 40, other="sides", head=0, trunk=1.5, elbow=150)
        moves = [(1.2 + 0.45 * (i + 1), (busy, rest)[i % 2]) for i in range(6)]
        return clips.timeline([(0, rest), (1.2, rest), *moves, (99, rest)])

    def halting(person: Any) -> Any:
        rest, arm = clips.k_stand(person, 45, "fold_rl"), clips.k_guide(person, 50, 30)
        first, second = clips.blend(rest, arm, 0.35), clips.blend(rest, arm, 0.7)
        halts = [(1.6, first), (1.95, first), (2.3, second), (2.6, second), (3.0, arm), (4.4, arm)]
        return clips.timeline([(0, rest), (1.2, rest), *halts, (5.4, rest), (99, rest)])

    def dropping(person: Any) -> Any:
        *keys, seat = clips.sit_keys(person, 0.5, 3, 8, "lap")
        person._seat = seat
        return clips.timeline2(list(zip((1.3, 1.675, 2.05), keys, strict=True)))

    def stand(seconds: float) -> Any:
        return [clips.seg("stand", 0, seconds, 0, seconds)]

    def guide(seconds: float) -> Any:
        parts = [clips.seg("stand", 0, 1.2, 0, 1.2), clips.seg("guide", 1.2, 5.4, 3.0, 4.4)]
        return [*parts, clips.seg("stand", 5.4, seconds, 5.4, seconds)]

    def sit(seconds: float) -> Any:
        return [clips.seg("stand", 0, 1.3, 0, 1.3), clips.seg("sit", 1.3, seconds, 2.05, seconds)]

    near = (2.8, 1.3, -9, 62)
    return [
        clip("w1_front_fast", "df160", None, ("front", 3.4, 1.3, *CAMERA), "gait", None),
        clip("w2_oblique", "dm171", None, ("oblique", 3.6, 1.3, *CAMERA), "gait", None),
        clip("w3_side", "dm176", None, ("side", 3.8, 1.25, *CAMERA), "gait", None),
        clip("w4_wander_front", "df167", None, ("front", 3.4, 1.3, *CAMERA), "gait", None),
        clip("w5_side65", "df155", None, ("side65", 3.6, 1.3, *CAMERA), "gait", None),
        clip("sway1_front", "df163", 4, ("front", *near), standing("fold_rl"), stand),
        clip("sway2_side", "dm166", 4, ("side", *near), standing("sides"), stand),
        clip("fid_front", "dm171", 4.4, ("front", *near), fidgeting, stand),
        clip("halt_front", "df171", 6, ("front", *near), halting, guide),
        clip("drop_side", "dm182", 3.4, ("side", 2.9, 1.2, -8, 62), dropping, sit),
    ]


def change_motion(clips: Any, name: str) -> None:
    """Make the renderer's gait and idle standing those of a clip."""
    gait, idle = clips.gait.original, clips.frames_of.original

    def walks(person: Any) -> Any:
        frames, (start, end), seconds = gait(person, **GAITS[name])
        if "wander" in name:
            share = np.clip((np.arange(len(frames)) / clips.FPS - start) / (end - start), 0, 1)
            moved(frames, WANDER_M * np.sin(2 * np.pi * share), 0 * share, lean=False)
        return frames, (start, end), seconds

    def stands(person: Any, posture: Any, seconds: float, rng: Any, with_noise: bool = True) -> Any:
        frames = idle(person, posture, seconds, rng, with_noise)
        if not name.startswith("sway"):
            return frames
        w = 2 * np.pi * np.arange(len(frames)) / clips.FPS
        aside = SWAY_M * (np.sin(0.55 * w) + 0.3 * np.sin(1.1 * w + 1))
        return moved(frames, aside, 0.7 * SWAY_M * np.sin(0.4 * w + 0.5), lean=True)

    walks.original, stands.original = gait, idle  # type: ignore[attr-defined]
    clips.gait, clips.frames_of = walks, stands


def main() -> None:
    """Pose, render, put together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renderer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    sys.path.insert(0, str(given.renderer))
    import clips
    import make_clips
    import people
    import render_api

    clips.gait.original, clips.frames_of.original = clips.gait, clips.frames_of
    given.out.mkdir(parents=True, exist_ok=True)
    jobs = []
    for spec in specs(clips):
        if re.search(given.only, spec["id"]):
            change_motion(clips, spec["id"])
            jobs.append(make_clips.make(spec, str(given.out), SAMPLES)[0])
    render_api.run(jobs, people.WORK, "over_time", lambda: make_clips.finish(jobs, str(given.out)), 2, 15)
    make_clips.finish(jobs, str(given.out))


if __name__ == "__main__":
    main()
