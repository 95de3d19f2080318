"""Trunk, shoulders and neck: upright stance, bow, lean (clauses of all documents).

``trunk_flexion`` is against gravity; ``bow_angle`` against the person's own
upright is made from it where a recording has a neutral.
"""

from __future__ import annotations

import numpy as np

from vision.geometry import angle_between_deg, angle_in_plane_deg
from vision.measures.body import Body, Values
from vision.reconstruct.skeleton import UP, trunk_frame


def trunk(body: Body) -> Values:
    """Flexion (forward +), lateral lean (own left +), inclination, shoulder tilt (left higher +), neck."""
    left, forward = body.pelvis_axes
    line = body.trunk_line
    flexion = angle_in_plane_deg(line, forward, UP)
    shoulders = body.pair("shoulder")
    across = shoulders[0] - shoulders[1]
    level = np.linalg.norm(across[..., :2], axis=-1)
    _, ahead, up = trunk_frame(body.points_m)
    neck = body.middle("ear") - body.middle("shoulder")
    return {
        "trunk_flexion": flexion,
        "trunk_lateral": angle_in_plane_deg(line, left, UP),
        "trunk_inclination": angle_between_deg(line, np.broadcast_to(UP, line.shape)),
        "trunk_behind": np.maximum(-flexion, 0.0),
        "shoulder_tilt": np.degrees(np.arctan2(across[..., 2].copy(), level)),
        "neck_line": angle_in_plane_deg(neck, ahead, up),
    }
