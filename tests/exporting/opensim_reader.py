"""Run by a Python that has OpenSim's own package: reads a TRC and a MOT file, moves a model, prints what it sees.

Usage: ``python opensim_reader.py motion.trc motion.mot``; one JSON object on standard output. The model is made here
of OpenSim's own joints with the axes of Rajagopal et al. (2016), limbs one metre long: where its limbs point is
OpenSim's answer, not ours.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import opensim as osim

Z, X, Y = (0, 0, 1), (1, 0, 0), (0, 1, 0)
BALL = {
    "pelvis": ("pelvis_tilt", "pelvis_list", "pelvis_rotation"),
    "torso": ("lumbar_extension", "lumbar_bending", "lumbar_rotation"),
    "femur": ("hip_flexion", "hip_adduction", "hip_rotation"),
    "humerus": ("arm_flex", "arm_add", "arm_rot"),
}
HINGE = {"tibia": ("knee_angle", (0, 0, -1)), "ulna": ("elbow_flex", Z)}
PARENT = {"torso": "pelvis", "femur": "pelvis", "tibia": "femur", "humerus": "torso", "ulna": "humerus"}


def joint(model: Any, body: str, parent: str, axes: list[tuple[str, tuple[int, int, int]]]) -> None:
    """Hang ``body`` at the end of ``parent`` by turns about these axes, one after the other."""
    transform = osim.SpatialTransform()
    for number, (name, axis) in enumerate(axes):
        part = transform.updTransformAxis(number)
        part.setCoordinateNames(osim.ArrayStr(name, 1))
        part.setAxis(osim.Vec3(*axis))
        part.set_function(osim.LinearFunction(1, 0))  # a copy, not ours to keep alive
    for number in range(len(axes), 3):  # unused ones must not lie along the used
        transform.updTransformAxis(number).setAxis(osim.Vec3(*(Z, X, Y)[number]))
    made = osim.Body(body, 1.0, osim.Vec3(0), osim.Inertia(1, 1, 1))
    model.addBody(made)
    frame = model.getGround() if parent == "ground" else model.getBodySet().get(parent)
    nothing = osim.Vec3(0)
    model.addJoint(osim.CustomJoint(f"j_{body}", frame, nothing, nothing, made, nothing, nothing, transform))


def mirrored(axis: tuple[int, int, int], side: str) -> tuple[int, int, int]:
    """On the left, turns about x and y go the other way."""
    return (-axis[0], -axis[1], axis[2]) if side == "l" else axis


def body_model() -> Any:
    """Pelvis, torso, two legs and two arms."""
    model = osim.Model()
    model.setUseVisualizer(False)
    joint(model, "pelvis", "ground", list(zip(BALL["pelvis"], (Z, X, Y), strict=True)))
    joint(model, "torso", "pelvis", list(zip(BALL["torso"], (Z, X, Y), strict=True)))
    for side in ("r", "l"):
        for limb, below in (("femur", "tibia"), ("humerus", "ulna")):
            parent = PARENT[limb]
            axes = [(f"{name}_{side}", mirrored(axis, side)) for name, axis in zip(BALL[limb], (Z, X, Y), strict=True)]
            joint(model, f"{limb}_{side}", parent, axes)
            name, axis = HINGE[below]
            joint(model, f"{below}_{side}", f"{limb}_{side}", [(f"{name}_{side}", axis)])
    return model


def directions(table: Any) -> list[dict[str, list[float]]]:
    """Where each part of the model points, in ground, at every row of the coordinates."""
    model = body_model()
    state = model.initSystem()
    labels = list(table.getColumnLabels())
    found = []
    for number in range(table.getNumRows()):
        row = table.getRowAtIndex(number)
        values = {name: row[place] for place, name in enumerate(labels)}
        for coordinate in model.getCoordinateSet():
            coordinate.setValue(state, values[coordinate.getName()] * 3.141592653589793 / 180, False)
        model.realizePosition(state)
        seen = {}
        for body in model.getBodySet():
            up = 1.0 if body.getName() in ("pelvis", "torso") else -1.0
            end = body.expressVectorInGround(state, osim.Vec3(0, up, 0))
            seen[body.getName()] = [end[axis] for axis in range(3)]
        found.append(seen)
    return found


def main() -> None:
    """Read both files."""
    osim.Logger.setLevelString("error")
    trc, mot = sys.argv[1:3]
    markers, angles = osim.TimeSeriesTableVec3(trc), osim.TimeSeriesTable(mot)
    rows = [markers.getRowAtIndex(number) for number in range(markers.getNumRows())]
    answer = {
        "markers": list(markers.getColumnLabels()),
        "marker_times_s": list(markers.getIndependentColumn()),
        "positions": [[[row[m][axis] for axis in range(3)] for m in range(markers.getNumColumns())] for row in rows],
        "units": markers.getTableMetaDataAsString("Units"),
        "coordinates": list(angles.getColumnLabels()),
        "angle_times_s": list(angles.getIndependentColumn()),
        "in_degrees": angles.getTableMetaDataAsString("inDegrees"),
        "directions": directions(angles),
    }
    Path(sys.argv[3]).write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    main()
