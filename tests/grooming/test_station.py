from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from vision.grooming.seen import Facing
from vision.grooming.station import ASK_FOR, ASK_TEXT, Ask, Guidance, Station, Want, judge_frame
from vision.landmarks import Landmark
from vision.types import Frame, ImageBgr, PoseObservation

SIZE_WH = (360, 480)
TURN_DEG = {Facing.FRONT: 0.0, Facing.LEFT: -90.0, Facing.BACK: 180.0, Facing.RIGHT: 90.0}
STEP_S = 0.1


def picture(level: int = 120, blur: int = 0) -> ImageBgr:
    """A chequered wall and person."""
    rows, columns = np.mgrid[: SIZE_WH[1], : SIZE_WH[0]]
    chequers = ((rows // 60 + columns // 60) % 2) * 90 - 45 + level
    grey = np.clip(chequers, 0, 255).astype(np.uint8)
    if blur:
        import cv2

        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), blur), np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def pose(facing: Facing = Facing.FRONT, *, scale_px_per_cm: float = 5.0, whole: bool = False, at_x: float = 180.0,
         head_y: float = 150.0) -> PoseObservation:  # fmt: skip
    """A person of this size in the picture, turned so; legs below the picture unless ``whole``."""
    s, turn = scale_px_per_cm, np.radians(TURN_DEG[facing])
    points = np.tile([at_x, head_y + 200 * s], (33, 1)).astype(float)
    world = np.zeros((33, 3))
    for mark, side, half_cm, height_cm in (
        (Landmark.LEFT_SHOULDER, 1, 17.0, 25.0), (Landmark.RIGHT_SHOULDER, -1, 17.0, 25.0),
        (Landmark.LEFT_EAR, 1, 7.5, 0.0), (Landmark.RIGHT_EAR, -1, 7.5, 0.0),
        (Landmark.LEFT_HIP, 1, 12.0, 75.0), (Landmark.RIGHT_HIP, -1, 12.0, 75.0),
        (Landmark.LEFT_ELBOW, 1, 20.0, 55.0), (Landmark.RIGHT_ELBOW, -1, 20.0, 55.0),
    ):  # fmt: skip
        points[mark] = [at_x + side * half_cm * s * np.cos(turn), head_y + height_cm * s]
        world[mark] = [side * half_cm / 100 * np.cos(turn), 0.0, side * half_cm / 100 * np.sin(turn)]
    points[Landmark.NOSE] = [at_x, head_y]
    if whole:
        points[[Landmark.LEFT_HEEL, Landmark.RIGHT_HEEL, Landmark.LEFT_FOOT_INDEX, Landmark.RIGHT_FOOT_INDEX]] = [
            [at_x + d * s, head_y + 160 * s] for d in (10, -10, 12, -12)
        ]
    return PoseObservation(points, world, np.ones(33))


def feed(station: Station, seen: PoseObservation | None, image: ImageBgr, start_s: float, count: int) -> list[Guidance]:
    return [station.feed(Frame(image, round((start_s + k * STEP_S) * 10), start_s + k * STEP_S), seen)
            for k in range(count)]  # fmt: skip


def turns() -> Iterator[tuple[Want, PoseObservation]]:
    for want in (Want.FRONT, Want.LEFT, Want.BACK, Want.RIGHT):
        yield want, pose(Facing(want.value))
    yield Want.FULL_BODY, pose(scale_px_per_cm=1.6, whole=True, head_y=60.0)


def test_a_whole_turn_is_guided_side_by_side_until_done() -> None:
    station, time_s = Station(), 0.0
    for want, seen in turns():
        last = feed(station, seen, picture(), time_s, 12)[-1]
        assert want in last.have
        if not station.done:
            assert last.wanted is not None
            assert last.ask is ASK_FOR[last.wanted]
        time_s += 2.0
    assert station.done
    assert last.ask is Ask.DONE
    assert {kept.want for kept in station.kept} == set(Want)


def test_holding_still_is_asked_for_and_counted() -> None:
    first, second, *_ = feed(Station(), pose(), picture(), 0.0, 3)
    assert (first.ask, second.ask) == (Ask.HOLD_STILL, Ask.HOLD_STILL)
    assert 0 <= first.held < second.held <= 1


def test_the_sharpest_frame_is_kept() -> None:
    station = Station()
    for k, blur in enumerate((6, 0, 3)):
        feed(station, pose(), picture(blur=blur), float(k), 1)
    assert next(iter(station.kept)).frame.timestamp_s == 1.0


def test_a_kept_frame_is_a_copy() -> None:
    station, image = Station(), picture()
    feed(station, pose(), image, 0.0, 1)
    image[:] = 0
    assert next(iter(station.kept)).frame.image_bgr.max() > 100


@pytest.mark.parametrize(
    ("seen", "image", "ask"),
    [
        (None, picture(), Ask.STEP_IN),
        (pose(), picture(level=5), Ask.MORE_LIGHT),
        (pose(), picture(level=300), Ask.LESS_LIGHT),
        (pose(scale_px_per_cm=2.0), picture(), Ask.COME_CLOSER),
        (pose(head_y=10.0), picture(), Ask.GO_BACK),
        (pose(Facing.BACK), picture(), Ask.FACE_CAMERA),
    ],
)
def test_what_is_wrong_is_said_first(seen: PoseObservation | None, image: ImageBgr, ask: Ask) -> None:
    said = feed(Station(), seen, image, 0.0, 1)[0]
    assert said.ask is ask
    assert (said.zh, said.en) == ASK_TEXT[ask]


def test_a_person_in_motion_is_not_taken() -> None:
    station = Station()
    for k in range(12):
        said = station.feed(Frame(picture(), k, k * STEP_S), pose(at_x=120.0 + 12 * k))
    assert said.ask is Ask.HOLD_STILL
    assert not said.have


def test_a_side_shown_too_early_is_kept_all_the_same() -> None:
    station = Station()
    feed(station, pose(Facing.BACK), picture(), 0.0, 3)
    assert {kept.want for kept in station.kept} == {Want.BACK}


def test_only_what_is_wanted_is_collected() -> None:
    station = Station((Want.FRONT,))
    feed(station, pose(Facing.BACK), picture(), 0.0, 3)
    assert feed(station, pose(), picture(), 2.0, 8)[-1].ask is Ask.DONE
    assert {kept.want for kept in station.kept} == {Want.FRONT}


def test_the_whole_body_counts_as_such_only_with_both_feet() -> None:
    assert Want.FULL_BODY in judge_frame(picture(), pose(scale_px_per_cm=1.6, whole=True, head_y=60.0)).qualities
    assert Want.FULL_BODY not in judge_frame(picture(), pose()).qualities


def test_a_front_without_a_face_is_a_back() -> None:
    assert list(judge_frame(picture(), pose(), face=False).qualities) == [Want.BACK]
    assert list(judge_frame(picture(), pose(), face=True).qualities) == [Want.FRONT]


def test_every_ask_is_said_in_both_languages() -> None:
    assert set(ASK_TEXT) == set(Ask)
    assert all(zh and en and zh != en for zh, en in ASK_TEXT.values())
