"""Labels stay inside the frame, apart from each other, and near their anchors."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vision.overlay.placement import Box, overlap_px2, place_label

ANCHOR = st.tuples(st.floats(-50, 1330), st.floats(-50, 770))


@given(anchors=st.lists(ANCHOR, min_size=1, max_size=8))
def test_labels_never_overlap_and_never_leave_the_frame(anchors: list[tuple[float, float]]) -> None:
    taken: list[Box] = []
    for anchor in anchors:
        found = place_label(anchor, (150.0, 44.0), (1280, 720), taken, ())
        if found is None:
            continue
        box, _ = found
        assert box[0] >= 0
        assert box[1] >= 0
        assert box[2] <= 1280
        assert box[3] <= 720
        if taken:
            assert not overlap_px2(np.array([box]), np.array(taken)).any()
        taken.append(box)
    assert taken


def test_label_sits_close_to_its_anchor_but_not_on_it() -> None:
    found = place_label((640.0, 360.0), (120.0, 40.0), (1280, 720), [], [])
    assert found is not None
    left, top, right, bottom = found[0]
    assert not (left <= 640 <= right and top <= 360 <= bottom)
    assert math.hypot((left + right) / 2 - 640, (top + bottom) / 2 - 360) < 120


def test_label_keeps_off_the_body_where_it_can() -> None:
    body: Box = (600.0, 100.0, 680.0, 700.0)
    found = place_label((640.0, 360.0), (120.0, 40.0), (1280, 720), [], [body])
    assert found is not None
    covered = overlap_px2(np.array([found[0]]), np.array([body]))[0, 0]
    assert covered < 0.35 * 120 * 40


def test_label_stays_where_it_was_on_the_frame_before() -> None:
    first = place_label((640.0, 360.0), (120.0, 40.0), (1280, 720), [], [])
    assert first is not None
    for shift in range(1, 12):
        again = place_label((640.0 + shift, 360.0), (120.0, 40.0), (1280, 720), [], [], preferred=first[1])
        assert again is not None
        assert again[1] == first[1]


def test_label_larger_than_the_frame_is_not_placed() -> None:
    assert place_label((50.0, 50.0), (200.0, 40.0), (100, 100), [], []) is None


def test_full_frame_takes_no_more_labels() -> None:
    assert place_label((50.0, 50.0), (60.0, 40.0), (100, 100), [(0.0, 0.0, 100.0, 100.0)], []) is None
