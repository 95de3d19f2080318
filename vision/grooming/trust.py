"""Whether the class map can be believed on this picture: the network learned on rendered people only.

The face mesh is another network's, learned on photographs: where it lays cheeks and nose, our network should see skin.
On the chest of a uniform the classes lie in few large pieces; a map that falls into many has not understood the cloth.
"""

from __future__ import annotations

import numpy as np

from vision.grooming.seen import Kind, Portrait
from vision.grooming.torso import PATCH_PX_PER_CM, Patch, zone

CHEEKS_AND_NOSE = (1, 4, 5, 195, 50, 280, 101, 330, 36, 266, 205, 425, 118, 347, 117, 346)  # of the face mesh
CHEST_CM = (-15.0, 3.0, 15.0, 32.0)  # left, top, right, bottom in the torso's frame
USUAL_CONFUSION, MAX_CONFUSION = 0.22, 0.34  # the development set's fronts: 95 % below 0.21, none above 0.25
STEP_CM = 0.5  # classes this far apart are compared


def skin_on_face(portrait: Portrait) -> float | None:
    """Mean probability of skin (or glasses) on cheeks and nose of the face mesh; None without a mesh."""
    if portrait.face_px is None:
        return None
    seen = portrait.nearest
    height, width = seen.classes.shape
    points = np.floor(seen.to_map_px(portrait.face_px[list(CHEEKS_AND_NOSE)])).astype(int)
    inside = ((points >= 0) & (points < [width, height])).all(axis=1)
    if not inside.any():
        return None
    there = seen.probability[points[inside, 1], points[inside, 0]]
    return float(there[:, [Kind.SKIN, Kind.GLASSES]].sum(axis=1).mean())


def confusion(portrait: Portrait) -> float:
    """Mean over the head's window of the probability that the likeliest class of a person's pixel is wrong."""
    seen = portrait.nearest.probability
    person = seen[..., Kind.BACKGROUND] < 0.5
    return float(1 - seen.max(axis=2)[person].mean()) if person.any() else 1.0


def strangeness(confused: float) -> float:
    """1 for pictures like those learned on, more for others: uncertainties grow with it."""
    return max(1.0, confused / USUAL_CONFUSION)


def disorder(patch: Patch) -> float:
    """Share of the chest's places whose class differs `STEP_CM` further across or down: 0 for one even cloth."""
    chest = patch.classes[zone(*CHEST_CM)]
    step = round(STEP_CM * PATCH_PX_PER_CM)
    across, down = chest[:, step:] != chest[:, :-step], chest[step:] != chest[:-step]
    return float((across.mean() + down.mean()) / 2)
