"""Networks are made smaller and kept, and what they see stays the same to the bit."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path

import numpy as np
import pytest

from vision.estimators.bundles import pose_bundle
from vision.estimators.pose import PoseEstimator
from vision.estimators.shelf import Shelf
from vision.estimators.vendor import import_mediapipe
from vision.types import Frame, PoseObservation
from vision.video import frames

SAMPLES = Path(__file__).resolve().parents[2] / "sample_media"
BOW, SIT = SAMPLES / "d04_bow30_front.mp4", SAMPLES / "d07_sit_shallow.mp4"
pytestmark = pytest.mark.model
Seen = list[tuple[PoseObservation, ...]]


@pytest.fixture(autouse=True, scope="module")
def _bundles() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the vendor's writer leaves temporary files open
        for masks in (False, True):
            pose_bundle(masks)
        gc.collect()


def pictures(clip: Path, count: int = 12) -> list[Frame]:
    with frames(clip, sample_fps=10.0) as stream:
        return [next(stream) for _ in range(count)]


def watched(estimator: PoseEstimator, clip: Path) -> Seen:
    return [estimator.estimate(frame.image_bgr, frame.timestamp_s) for frame in pictures(clip)]


def assert_same(one: Seen, other: Seen) -> None:
    assert [len(found) for found in one] == [len(found) for found in other]
    for mine, theirs in zip(sum(one, ()), sum(other, ()), strict=True):
        np.testing.assert_array_equal(mine.image_landmarks_px, theirs.image_landmarks_px)
        np.testing.assert_array_equal(mine.world_landmarks_m, theirs.world_landmarks_m)
        np.testing.assert_array_equal(mine.visibility, theirs.visibility)


def test_without_the_mask_the_landmarks_are_the_same_to_the_bit() -> None:
    with PoseEstimator() as small, PoseEstimator(masks=True) as whole:
        seen = watched(small, BOW)
        assert all(seen)
        assert_same(seen, watched(whole, BOW))
    assert len(pose_bundle()) < len(pose_bundle(masks=True))


def test_the_mask_is_still_there_for_who_asks() -> None:
    frame = pictures(BOW, 1)[0]
    with PoseEstimator(video=False, masks=True) as estimator:
        ((_pose, mask),) = estimator.estimate_with_masks(frame.image_bgr)
    assert mask is not None
    assert 0.02 < float((mask > 0.5).mean()) < 0.5


def test_a_network_that_forgot_sees_another_recording_as_a_new_one_would() -> None:
    with PoseEstimator(people=4) as new:
        fresh = watched(new, BOW)
    with PoseEstimator(people=4) as used:
        watched(used, SIT)
        used.forget()
        assert_same(watched(used, BOW), fresh)


def test_the_single_person_tracker_refuses_to_forget() -> None:
    with PoseEstimator() as estimator, pytest.raises(ValueError, match="make another"):
        estimator.forget()


def test_matplotlib_is_not_imported_and_not_replaced() -> None:
    import sys

    import_mediapipe()
    module = sys.modules.get("matplotlib")
    assert module is None or module.__spec__ is not None


class Network:
    """Something that can be closed."""

    def __init__(self) -> None:
        self.open = True

    def close(self) -> None:
        self.open = False


def test_what_lies_on_the_shelf_is_lent_again_to_one_at_a_time() -> None:
    shelf = Shelf()
    with shelf.lent("a", Network) as first, shelf.lent("a", Network) as second:
        assert first is not second
    with shelf.lent("a", Network) as again, shelf.lent("b", Network) as other:
        assert again in (first, second)
        assert other not in (first, second)
    shelf.clear()
    assert not any(network.open for network in (first, second, other))


def test_a_network_that_failed_is_not_lent_again() -> None:
    shelf = Shelf()
    with pytest.raises(RuntimeError), shelf.lent("a", Network) as broken:
        raise RuntimeError("the graph stopped")
    assert not broken.open
    with shelf.lent("a", Network) as next_one:
        assert next_one is not broken
