"""Smiles and glances painted into rendered portraits, and what the face mesh makes of them.

The rendered people keep a straight face, so a known movement is put into the picture: the mouth's corners are drawn
outwards and upwards, the irises to the side, by smooth warps. The same face without the warp is the neutral.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vision.estimators.face import FaceEstimator, FaceObservation
from vision.estimators.pose import PoseEstimator
from vision.measures.head_pose import in_head_axes
from vision.measures.mouth import CLEAR_LIFT, CLEAR_WIDENING, CORNERS, EYES, NeutralMouth, measure_smile, mouth_of
from vision.types import FloatArray, ImageBgr

PORTRAITS = 24
EYES_PX = (100, 50, 25)  # outer eye corners' distance to which the picture is scaled
SMILES = (0.0, 0.5, 1.0, 1.5)
GLANCES = (-0.04, -0.02, 0.02, 0.04)  # shift of the irises as a share of that distance; 0.04 is about 17 deg
IRISES = (468, 473)
EYE_CORNERS = ((33, 133), (362, 263))
NOISE_LEVELS = 1.5


@dataclass(frozen=True)
class Portrait:
    """A face seen from in front."""

    image_bgr: ImageBgr
    landmarks_px: FloatArray  # (33, 2) of the pose
    mesh: FaceObservation


def portraits(folder: Path, faces: FaceEstimator) -> Iterator[Portrait]:
    """The first front portraits in which a face is found."""
    count = 0
    with PoseEstimator(people=1, video=False, confidence=0.4) as poses:
        for truth in sorted(folder.glob("*.json")):
            document = json.loads(truth.read_text(encoding="utf-8"))
            if document.get("view") != "front" or document["attributes"].get("sunglasses") or count >= PORTRAITS:
                continue
            image = cv2.imread(str(folder / document["file"]))
            people = poses.estimate(image)
            mesh = faces.estimate(image, people[0].image_landmarks_px) if people else None
            if mesh is not None:
                count += 1
                yield Portrait(image, people[0].image_landmarks_px, mesh)


def warped(portrait: Portrait, moves: list[tuple[int, float, float]], reach: float) -> ImageBgr:
    """The picture with mesh points drawn (share of the eyes' distance) to the picture's right and up, smoothly."""
    points = portrait.mesh.landmarks_px
    across = points[EYES[1]] - points[EYES[0]]
    size = float(np.linalg.norm(across))
    right = across / size
    down = np.array([-right[1], right[0]])
    height, width = portrait.image_bgr.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    from_x, from_y = x.copy(), y.copy()
    for index, aside, up in moves:
        move = size * (aside * right - up * down)
        near = np.exp(-((x - points[index, 0]) ** 2 + (y - points[index, 1]) ** 2) / (2 * (reach * size) ** 2))
        from_x -= (move[0] * near).astype(np.float32)
        from_y -= (move[1] * near).astype(np.float32)
    return np.asarray(cv2.remap(portrait.image_bgr, from_x, from_y, cv2.INTER_LINEAR), np.uint8)


def seen(
    portrait: Portrait, image: ImageBgr, eyes_px: float, faces: FaceEstimator, rng: np.random.Generator
) -> FaceObservation | None:
    """The mesh of the picture at another size, with a little sensor noise."""
    points = portrait.mesh.landmarks_px
    factor = min(1.0, eyes_px / float(np.linalg.norm(points[EYES[1]] - points[EYES[0]])))
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    noisy = np.clip(small + rng.normal(0, NOISE_LEVELS, small.shape), 0, 255).astype(np.uint8)
    return faces.estimate(noisy, portrait.landmarks_px * factor)


def smile_of(mesh: FaceObservation, rest: FaceObservation) -> tuple[float, float] | None:
    """Measured smile and u of one mesh against another."""
    now, neutral = (mouth_of(m.landmarks_px, m.depth_px) for m in (mesh, rest))
    if now is None or neutral is None:
        return None
    own = NeutralMouth(neutral.width, neutral.height, neutral.width_sigma, neutral.height_sigma)
    found = measure_smile(now, own)
    return (found.value, found.u) if isinstance(found.value, float) and found.u is not None else None


def iris_shift(mesh: FaceObservation) -> float:
    """Mean sideways place of the irises between the eye corners, as a share of the eyes' distance."""
    points, _ = in_head_axes(mesh.landmarks_px, mesh.depth_px)
    eyes = abs(float(points[EYES[1], 1] - points[EYES[0], 1]))
    middles = [points[list(corners), 1].mean() for corners in EYE_CORNERS]
    return float(np.mean([points[iris, 1] - m for iris, m in zip(IRISES, middles, strict=True)])) / eyes


def face_section(folder: Path) -> list[str]:
    """Two Markdown tables: smiles and glances."""
    rng = np.random.default_rng(0)
    smiles: dict[tuple[int, float], list[tuple[float, float]]] = defaultdict(list)
    glances: dict[tuple[int, float], list[float]] = defaultdict(list)
    with FaceEstimator() as faces:
        for portrait in portraits(folder, faces):
            for eyes_px in EYES_PX:
                rest = seen(portrait, portrait.image_bgr, eyes_px, faces, rng)
                if rest is None:
                    continue
                for smile in SMILES:
                    moves = [
                        (corner, sign * smile * CLEAR_WIDENING / 2, smile * CLEAR_LIFT)
                        for corner, sign in zip(CORNERS, (-1.0, 1.0), strict=True)
                    ]
                    mesh = seen(portrait, warped(portrait, moves, 0.16), eyes_px, faces, rng)
                    found = None if mesh is None else smile_of(mesh, rest)
                    if found is not None:
                        smiles[eyes_px, smile].append(found)
                for glance in GLANCES:
                    drawn = warped(portrait, [(iris, glance, 0.0) for iris in IRISES], 0.05)
                    mesh = seen(portrait, drawn, eyes_px, faces, rng)
                    if mesh is not None:
                        glances[eyes_px, glance].append(iris_shift(mesh) - iris_shift(rest))
    return [*_smile_table(smiles), *_glance_table(glances)]


def _smile_table(smiles: dict[tuple[int, float], list[tuple[float, float]]]) -> Iterator[str]:
    yield from ("", "## Smiles painted into portraits", "")
    yield "The same face without the smile is the neutral; 0.3 is the limit of the clauses."
    yield from ("", "| eyes' distance, px | painted | n | measured, mean | spread | u | covered |")
    yield "|--:|--:|--:|--:|--:|--:|--:|"
    for (eyes_px, smile), found in smiles.items():
        values, us = np.array(found).T
        inside = np.mean(np.abs(values - smile) <= us)
        yield (
            f"| {eyes_px} | {smile:g} | {len(found)} | {values.mean():.2f} | {values.std():.2f} | "
            f"{np.median(us):.2f} | {100 * inside:.0f} % |"
        )


def _glance_table(glances: dict[tuple[int, float], list[float]]) -> Iterator[str]:
    yield from ("", "## Glances painted into portraits", "")
    yield "Shift of the irises as a share of the eyes' distance; 0.04 is a glance of about 17 degrees."
    yield from ("", "| eyes' distance, px | painted | n | measured, mean | spread |", "|--:|--:|--:|--:|--:|")
    for (eyes_px, glance), found in glances.items():
        yield f"| {eyes_px} | {glance:+.2f} | {len(found)} | {np.mean(found):+.3f} | {np.std(found):.3f} |"
