"""The head's mean shape, corrections and bounds, learned on stills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hand_head.statistics import robust_ridge, row, upper_quantile
from hand_head.stills import Still, folds

from vision.measures import head_pose
from vision.measures.head_pose import HeadEstimate, HeadSource
from vision.types import FloatArray

MESH_EDGES_DEG = (20.0, 45.0)
POSE_EDGES_DEG = (45.0,)
APART_EDGES_DEG = (5.0, 9.0, 14.0)
POSE_SHARE = 0.25
MIN_LEVEL_CASES = 12
EXCLUDED_FROM_FIT = ("low_light",)


def head_points(still: Still, source: HeadSource) -> FloatArray | None:
    """The landmarks (N, 3) a source gives, camera axes, any scale."""
    if source is HeadSource.POSE:
        return np.asarray(still.pose.world_landmarks_m[:11], float)
    if still.face is None:
        return None
    return np.column_stack([still.face.landmarks_px, still.face.depth_px])[: head_pose.MESH_POINTS]


def head_centre(still: Still, source: HeadSource) -> FloatArray:
    """Where the head is seen (2,)."""
    if source is HeadSource.MESH and still.face is not None:
        return np.asarray(still.face.landmarks_px[: head_pose.MESH_POINTS].mean(axis=0))
    return np.asarray(still.pose.image_landmarks_px[:11].mean(axis=0))


def mean_head(stills: Sequence[Still], source: HeadSource) -> FloatArray:
    """Mean over stills of the landmarks turned into the head's own axes and scaled to unit spread."""
    shapes = []
    for still in stills:
        points = head_points(still, source)
        assert points is not None
        sight = head_pose.from_sight_angles(np.zeros(3), still.k, head_centre(still, source))
        facing = head_pose.from_sight_angles(np.zeros(3), np.eye(3), np.zeros(2))
        local = (points - points.mean(axis=0)) @ (sight @ facing.T).T @ still.head_rotation
        shapes.append(local / np.sqrt((local**2).sum(axis=1).mean()))
    return np.asarray(np.mean(shapes, axis=0))


def raw_rotation(still: Still, source: HeadSource, template: FloatArray) -> FloatArray | None:
    """The uncorrected estimate, as the measuring code makes it."""
    if source is HeadSource.POSE:
        world = np.asarray(still.pose.world_landmarks_m[:11], float)
        return head_pose.landmarks_rotation(world, head_centre(still, source), template, still.k)
    assert still.face is not None
    points = np.array(still.face.landmarks_px[: head_pose.MESH_POINTS])
    return head_pose.mesh_rotation(points, still.face.depth_px[: head_pose.MESH_POINTS], template, still.k)


def fit_head(stills: Sequence[Still], source: HeadSource) -> dict[str, Any]:
    """Mean head and corrections; ``u_deg`` is filled by the caller."""
    used = [s for s in stills if head_points(s, source) is not None and s.hard not in EXCLUDED_FROM_FIT]
    template = mean_head(used, source)
    seen, true = [], []
    for still in used:
        rotation = raw_rotation(still, source, template)
        if rotation is not None:
            centre = head_centre(still, source)
            seen.append(head_pose.sight_angles_deg(rotation, still.k, centre))
            true.append(head_pose.sight_angles_deg(still.head_rotation, still.k, centre))
    errors = (np.array(true) - np.array(seen) + 180) % 360 - 180
    part: dict[str, Any] = {"template": template.round(5).tolist()}
    for i, name in enumerate(head_pose.NAMES):
        terms = np.array([head_pose.correction_terms(angles)[i] for angles in seen])
        part[name] = robust_ridge(terms, errors[:, i]).round(5).tolist()
    edges = MESH_EDGES_DEG if source is HeadSource.MESH else POSE_EDGES_DEG
    return part | {"turn_edges_deg": list(edges), "u_deg": [[0.0] * 3] * (len(edges) + 1), "u_pitch_per_deg": 0.0}


def head_estimate(still: Still, source: HeadSource, part: dict[str, Any]) -> HeadEstimate | None:
    """What a fitted part says of a still."""
    if head_points(still, source) is None:
        return None
    rotation = raw_rotation(still, source, np.array(part["template"]))
    if rotation is None:
        return None
    return head_pose.corrected(rotation, still.k, head_centre(still, source), part, source)


def error_deg(still: Still, rotation: FloatArray) -> FloatArray:
    """Error of pitch, yaw, roll (3,)."""
    angles = head_pose.head_pose(rotation, still.up_camera, still.forward_camera)
    return np.asarray((np.array(angles) - still.head_deg + 180) % 360 - 180)


@dataclass(frozen=True)
class HeadCase:
    """A held-back still: what decides the bound (turn, or disagreement of the two sources) and the error."""

    still: Still
    key_deg: float
    nod_deg: float
    error_deg: FloatArray


def head_cases(stills: Sequence[Still]) -> dict[HeadSource, list[HeadCase]]:
    """Errors of each source, and of both together as the measuring code joins them, on people held back."""
    cases: dict[HeadSource, list[HeadCase]] = {source: [] for source in HeadSource}
    for train, test in folds(stills):
        parts = {source: fit_head(train, source) for source in (HeadSource.MESH, HeadSource.POSE)}
        for still in test:
            found = {source: head_estimate(still, source, part) for source, part in parts.items()}
            for source, one in found.items():
                if one is not None:
                    cases[source].append(
                        HeadCase(still, one.turn_deg, one.nod_deg, error_deg(still, one.rotation_cam_from_head))
                    )
            mesh, pose = found[HeadSource.MESH], found[HeadSource.POSE]
            if mesh and pose and max(mesh.turn_deg, pose.turn_deg) <= head_pose.MAX_MESH_TURN_DEG:
                rotation, apart = head_pose.blend(mesh.rotation_cam_from_head, pose.rotation_cam_from_head, POSE_SHARE)
                nod = mesh.nod_deg + POSE_SHARE * (pose.nod_deg - mesh.nod_deg)
                cases[HeadSource.BOTH].append(HeadCase(still, apart, nod, error_deg(still, rotation)))
    return cases


def head_u(cases: list[HeadCase], edges: Sequence[float]) -> list[list[float]]:
    """95 % bounds of pitch, yaw and roll for each range of the key."""
    rows = np.searchsorted(edges, [case.key_deg for case in cases], side="right")
    table = []
    for number in range(len(edges) + 1):
        here = [case for case, r in zip(cases, rows, strict=True) if r == number]
        part = np.array([case.error_deg for case in here])
        level = [case.error_deg[0] for case in here if abs(case.nod_deg) <= head_pose.LEVEL_NOD_DEG]
        bounds = [upper_quantile(part[:, i]) for i in range(3)]
        if len(level) >= MIN_LEVEL_CASES:
            bounds[0] = upper_quantile(np.array(level))
        table.append([round(bound, 2) for bound in bounds])
    return table


def pitch_growth(cases: list[HeadCase], edges: Sequence[float], bounds: list[list[float]]) -> float:
    """How much the bound of pitch must grow with the nod, so that nods are covered as often as level heads."""
    needed = []
    for case in cases:
        nod = abs(case.nod_deg) - head_pose.LEVEL_NOD_DEG
        if nod > 0:
            bound = bounds[int(np.searchsorted(edges, case.key_deg, side="right"))][0]
            needed.append(max(0.0, (abs(float(case.error_deg[0])) - bound) / nod))
    return round(float(np.quantile(needed, 0.95)), 3) if needed else 0.0


def learn_head(stills: Sequence[Still]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The head's part of the model and its check on held-back people."""
    model: dict[str, Any] = {}
    checked = []
    for source, cases in head_cases(stills).items():
        if source is HeadSource.BOTH:
            part: dict[str, Any] = {"pose_share": POSE_SHARE, "disagreement_edges_deg": list(APART_EDGES_DEG)}
            edges: Sequence[float] = APART_EDGES_DEG
        else:
            part = fit_head(stills, source)
            edges = part["turn_edges_deg"]
        part["u_deg"] = head_u(cases, edges)
        part["u_pitch_per_deg"] = pitch_growth(cases, edges, part["u_deg"])
        model[str(source)] = part
        checked += head_table(cases, edges, source, stills)
    return model, checked


def others_bounds(cases: list[HeadCase], edges: Sequence[float], person: str) -> dict[str, Any]:
    """The bounds as the other people's errors give them."""
    others = [case for case in cases if case.still.person != person]
    u = head_u(others, edges)
    return {"u_deg": u, "u_pitch_per_deg": pitch_growth(others, edges, u)}


def head_table(
    cases: list[HeadCase], edges: Sequence[float], source: HeadSource, stills: Sequence[Still]
) -> list[dict[str, Any]]:
    """Errors and coverage by view; the bounds for a person come from the other people's errors."""
    people = {case.still.person for case in cases}
    bounds = {person: others_bounds(cases, edges, person) for person in people}
    rows = []
    for view in sorted({case.still.view for case in cases}):
        here = [case for case in cases if case.still.view == view]
        errors = np.array([case.error_deg for case in here])
        u = np.array(
            [
                head_pose.widened(
                    bounds[c.still.person], int(np.searchsorted(edges, c.key_deg, side="right")), c.nod_deg
                )
                for c in here
            ]
        )
        asked = sum(still.view == view for still in stills)
        rows += [row(f"{n} ({source})", view, errors[:, i], u[:, i], asked) for i, n in enumerate(head_pose.NAMES)]
    return rows
