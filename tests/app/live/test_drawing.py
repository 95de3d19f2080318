"""The live picture: mirrored but for its words, uncovered, and its words as large as they can be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.live.drawing import Picture, bar_height_px, carried, draw
from app.live.glyphs import arrow_mask, fitted
from app.live.guidance import hint
from app.live.judging import Judge
from app.live.state import Arrow, Cue, HintCode, LiveState, Stage
from tests.app.live.scenes import SIZE_WH, pose_of
from tests.app.live.scenes import changed as moved
from tests.synthetic import GUIDE, body, camera_at
from vision.landmarks import Landmark
from vision.overlay import LabelMemory
from vision.overlay.lettering import line_height_px, text_width_px
from vision.palette import VERDICT_RGB, bgr
from vision.standard import load_pack
from vision.types import Drill, FloatArray, ImageBgr, Measurement, Side, Subject, Verdict

WIDTH, HEIGHT = SIZE_WH
ROOM: ImageBgr = np.tile(np.linspace(60, 200, WIDTH).astype(np.uint8)[None, :, None], (HEIGHT, 1, 3))


def guiding(value: float = 45.0) -> Picture:
    """Somebody who guides with the right arm, measured and judged."""
    found = {"arm_trunk_right": Measurement("arm_trunk_right", value, 5.0, "deg")}
    checks = Judge(load_pack("telecom"), Drill.GUIDE, Subject()).checks(found, 0.0, Side.RIGHT, final=True)
    return Picture(
        state=LiveState(stage=Stage.PRACTISING, hint=hint(HintCode.HOLD), findings=checks, hold_of_s=1.5, held_s=0.6),
        drill=Drill.GUIDE,
        language="en",
        mirrored=False,
        skeleton=True,
        pose=pose_of(GUIDE),
        points_m=body(GUIDE),
        camera=camera_at(0.0, distance_m=3.4),
    )


def changed(picture: Picture, **state: object) -> Picture:
    return replace(picture, state=replace(picture.state, **state))  # type: ignore[arg-type]


def painted(drawn: ImageBgr, verdict: Verdict) -> np.ndarray:
    """Where the colour of a verdict stands (H, W), in the camera's part."""
    return np.asarray(np.abs(drawn[:HEIGHT].astype(int) - bgr(VERDICT_RGB[verdict])).max(axis=2) < 12)


def test_the_bar_is_below_the_picture_and_covers_nothing_of_it() -> None:
    picture = replace(guiding(), pose=None)
    drawn = draw(ROOM, picture, LabelMemory())
    assert drawn.shape == (HEIGHT + bar_height_px(SIZE_WH), WIDTH, 3)
    assert np.array_equal(drawn[:HEIGHT], ROOM)
    assert drawn[HEIGHT:].std() > 10


def test_the_picture_given_in_is_left_alone() -> None:
    before = ROOM.copy()
    draw(ROOM, guiding(), LabelMemory())
    assert np.array_equal(ROOM, before)


def test_everything_drawn_over_the_person_is_mirrored_with_them() -> None:
    picture = changed(guiding(), findings=())
    plain = draw(ROOM, picture, LabelMemory())[:HEIGHT]
    mirrored = draw(ROOM, replace(picture, mirrored=True), LabelMemory())[:HEIGHT]
    off = np.abs(mirrored[:, ::-1].astype(int) - plain.astype(int)).max(axis=2)
    assert (off > 60).mean() < 0.002  # soft edges of lines may differ by a share of a pixel


def test_the_words_read_forwards_in_a_mirrored_picture() -> None:
    plain = draw(ROOM, guiding(), LabelMemory())[HEIGHT:]
    mirrored = draw(ROOM, replace(guiding(), mirrored=True), LabelMemory())[HEIGHT:]
    assert np.array_equal(plain, mirrored)


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_arm_is_drawn_in_the_colour_of_its_verdict_on_its_own_side(mirrored: bool) -> None:
    for value, verdict in ((45.0, Verdict.PASS), (90.0, Verdict.FAIL)):
        drawn = draw(ROOM, replace(guiding(value), mirrored=mirrored, skeleton=False), LabelMemory())
        columns = np.flatnonzero(painted(drawn, verdict).any(axis=0))
        assert len(columns) > 20
        on_the_left = float(np.median(columns)) < WIDTH / 2
        assert on_the_left is not mirrored  # the person's right arm lies on the left of the camera's picture


def test_what_is_accepted_is_drawn_beside_an_arm_that_is_too_high() -> None:
    drawn = draw(ROOM, replace(guiding(90.0), skeleton=False), LabelMemory())
    without = draw(ROOM, replace(changed(guiding(90.0), findings=()), skeleton=False), LabelMemory())
    greener = (
        drawn[:HEIGHT, :, 1].astype(int)
        - drawn[:HEIGHT, :, 2]
        - (without[:HEIGHT, :, 1].astype(int) - without[:HEIGHT, :, 2])
    )
    assert (greener > 40).sum() > 100


def test_a_posture_that_was_left_has_no_lines_any_more() -> None:
    shown = draw(ROOM, replace(guiding(), taken=False, skeleton=False), LabelMemory())
    assert np.array_equal(shown[:HEIGHT], ROOM)
    done = draw(ROOM, replace(changed(guiding(), stage=Stage.DONE), skeleton=False), LabelMemory())
    assert np.array_equal(done[:HEIGHT], ROOM)


def test_the_skeleton_can_be_left_out() -> None:
    picture = changed(guiding(), findings=())
    assert np.array_equal(draw(ROOM, replace(picture, skeleton=False), LabelMemory())[:HEIGHT], ROOM)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("size_wh", [(640, 480), (480, 640), (320, 240), (1920, 1080)])
def test_every_stage_is_drawn_at_every_size(stage: Stage, size_wh: tuple[int, int]) -> None:
    width, height = size_wh
    cue = Cue(
        "a",
        Verdict.FAIL,
        "请把右臂放低约 42°，并看向所指的方向。",
        "Lower the right arm by about 42 degrees and look there.",
    )
    state = LiveState(
        stage=stage, hint=hint(HintCode.BACK, Arrow.BACK), cues=(cue,), counting=2, share=0.5, hold_of_s=2.0
    )
    for language in ("zh", "en"):
        picture = replace(guiding(), state=state, pose=None, language=language)
        drawn = draw(np.zeros((height, width, 3), np.uint8), picture, LabelMemory())
        assert drawn.shape == (height + bar_height_px(size_wh), width, 3)
        assert drawn.shape[0] % 2 == height % 2
        assert drawn[height:].max() > 200


def test_arrows_point_where_they_say() -> None:
    right = arrow_mask(Arrow.RIGHT, 64).astype(int)
    assert np.abs(arrow_mask(Arrow.LEFT, 64)[:, ::-1].astype(int) - right).max() < 90
    assert np.abs(arrow_mask(Arrow.UP, 64)[::-1].astype(int) - arrow_mask(Arrow.DOWN, 64)).max() < 90
    assert np.abs(arrow_mask(Arrow.TURN_LEFT, 64)[:, ::-1].astype(int) - arrow_mask(Arrow.TURN_RIGHT, 64)).mean() < 6
    heights = np.flatnonzero(right.any(axis=1))
    tall = [int((right[:, x] > 128).sum()) for x in range(64)]
    assert int(np.argmax(tall)) > 28  # the head is on the right
    assert len(heights) > 40
    assert not arrow_mask(Arrow.NONE, 64).any()


@pytest.mark.parametrize(
    "text",
    [
        "Step back",
        "The right hand is 12 cm from the left wrist: hold the wrist lightly.",
        "右手离左手腕太远，请用右手轻轻握住左手腕，放在小腹前。",
    ],
)
def test_words_are_as_large_as_they_fit_and_lines_break_where_they_may(text: str) -> None:
    width, height = 420, 84
    size, lines = fitted(text, width, height, 50, 12)
    assert all(text_width_px(line, size) <= width for line in lines)
    assert len(lines) * line_height_px(size) <= height
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "，。：" for line in lines)
    if " " in text:
        assert " ".join(lines) == text
    if size < 50:
        _, cut = fitted(text, width, height, 50, size + 1)
        assert cut[-1].endswith("…")  # one pixel more is too large


def test_words_that_never_fit_are_cut_with_a_sign() -> None:
    _, lines = fitted("字" * 200, 100, 40, 30, 20)
    assert lines[-1].endswith("…")


def test_lines_of_an_older_fit_move_along_with_the_body() -> None:
    then = pose_of(GUIDE)
    shoulder, wrist = then.image_landmarks_px[Landmark.RIGHT_SHOULDER], then.image_landmarks_px[Landmark.RIGHT_WRIST]

    def lower(points: FloatArray) -> FloatArray:
        hand = [Landmark.RIGHT_WRIST, Landmark.RIGHT_INDEX, Landmark.RIGHT_PINKY, Landmark.RIGHT_THUMB]
        points[hand] += [10.0, 40.0]
        return points

    now = moved(then, lower, 0.2)
    line = carried(np.stack([shoulder, wrist]), then, now)
    assert line[0] == pytest.approx(shoulder, abs=0.5)
    assert line[1] == pytest.approx(wrist + np.array([10.0, 40.0]), abs=0.5)
    assert carried(np.stack([shoulder, wrist]), then, then) == pytest.approx(np.stack([shoulder, wrist]))
