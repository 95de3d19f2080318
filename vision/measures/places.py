"""Where the hands are, as a word: abdomen, sides, back, chest or other, with the probability of being wrong.

The limits on the hand centres against the navel are those by which the truth of
the development set was worded; the word is the most probable one under the
uncertainty of both hands' positions.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vision.types import FloatArray, Measurement, Reason, View

NAME = "hands_place"
SAMPLES = 400
# Hands are not independent of each other nor Gaussian: the sampled probability is never believed beyond this.
LEAST_WRONG = 0.02
MOST_WRONG = 0.35
SEEN_WRIST = 0.5
FRONT_CM = -9.0  # just in front of the limit for behind the back
LEVEL_THIGH_DEG = 45.0  # a thigh nearer to level than this: seated, where the words are not defined


def word_of(lateral: FloatArray, forward: FloatArray, up: FloatArray) -> FloatArray:
    """Words (N,) for hands (N, 2) [left, right] in cm against the navel; lateral is to the hand's own side."""
    sides = (lateral > 14).all(axis=1) & (up < -5).all(axis=1) & (np.abs(forward + 8) < 20).all(axis=1)
    back = (forward < -17).all(axis=1) & (np.abs(lateral) < 14).all(axis=1)
    front = (forward > -10).all(axis=1)
    abdomen = front & (np.abs(lateral) < 13).all(axis=1) & (up > -28).all(axis=1) & (up < 9).all(axis=1)
    chest = front & (up >= 9).all(axis=1) & (up < 45).all(axis=1) & (np.abs(lateral) < 30).all(axis=1)
    return np.select([sides, back, abdomen, chest], ["sides", "back", "abdomen", "chest"], "other")


def measure_hands_place(found: Mapping[str, Measurement], visible: Mapping[str, float], view: View) -> Measurement:
    """The word from ``hand_lateral``, ``hand_forward`` and ``hand_up`` of both sides.

    ``visible``: the network's visibility of ``wrist_left`` and ``wrist_right``. A wrist that is seen from in front
    or obliquely is not behind the back: all of the development set's lie above `SEEN_WRIST`, behind the back
    one of them always below.
    """
    in_front = view in (View.FRONT, View.OBLIQUE) and min(visible["wrist_left"], visible["wrist_right"]) > SEEN_WRIST
    thighs = [found[f"thigh_horizontal_{side}"].value for side in ("left", "right")]
    if any(isinstance(value, float) and value < LEVEL_THIGH_DEG for value in thighs):
        return Measurement(NAME, "other", LEAST_WRONG, "")
    draws = {}
    rng = np.random.default_rng(0)
    for axis in ("lateral", "forward", "up"):
        columns = []
        for side, sign in (("left", 1.0), ("right", -1.0)):
            m = found[f"hand_{axis}_{side}"]
            if not isinstance(m.value, float) or m.u is None:
                return Measurement(NAME, None, None, "", m.reason)
            value = m.value * (sign if axis == "lateral" else 1.0)
            drawn = value + rng.normal(0.0, m.u / 2, SAMPLES)
            columns.append(np.maximum(drawn, FRONT_CM) if axis == "forward" and in_front else drawn)
        draws[axis] = np.stack(columns, axis=1)
    words, counts = np.unique(word_of(draws["lateral"], draws["forward"], draws["up"]), return_counts=True)
    best = int(np.argmax(counts))
    wrong = max(1.0 - counts[best] / SAMPLES, LEAST_WRONG)
    if wrong > MOST_WRONG:
        return Measurement(NAME, None, None, "", Reason.TOO_UNCERTAIN)
    return Measurement(NAME, str(words[best]), float(wrong), "")
