"""Every rule on a posture: one right and one wrong example, seen through a camera with the network's noise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from tests.postures import (
    FOLDED,
    HANGING,
    SEATED,
    V_45,
    Scene,
    crossed_ankles,
    hands_at,
    hands_on_knees,
    look_at,
    squatting,
    t_stance,
    tilted_shoulders,
    wrist_held,
)
from tests.synthetic import STAND, Arm, Sitting
from vision.moment import Moment
from vision.standard import judge, load_pack
from vision.types import Check, Drill, Side, Subject, Verdict

SIDES_DOWN = replace(V_45, left_arm=Arm(12.0, 25.0, 174.0), right_arm=Arm(12.0, 25.0, 174.0))
GUIDING = replace(STAND, left_arm=HANGING, right_arm=Arm(45.0, 10.0, 176.0))
POINTING_UP = replace(GUIDING, right_arm=Arm(135.0, 5.0, 172.0))
SCENES: dict[str, Scene] = {
    "folded": Scene(V_45, edits=(FOLDED,), on_top=6.0),
    "slouched": Scene(
        replace(V_45, yaw_left_deg=44.0, yaw_right_deg=44.0, heel_dist_m=0.24, lateral_deg=-10.0),
        edits=(tilted_shoulders(11.0), hands_at(22.0, 10.0, 14.0)),
        head_deg=(30.0, 35.0, 0.0),
        on_top=-6.0,
    ),
    "left on top": Scene(V_45, edits=(FOLDED,), on_top=-6.0),
    "wrist held": Scene(V_45, edits=(wrist_held,), on_top=6.0),
    "at the chest": Scene(V_45, edits=(hands_at(0.0, 14.0, 22.0, 14.0),)),
    "hands down": Scene(SIDES_DOWN),
    "arms out": Scene(replace(V_45, left_arm=Arm(45.0, 0.0, 176.0), right_arm=Arm(45.0, 0.0, 176.0))),
    "arms akimbo": Scene(replace(V_45, left_arm=Arm(45.0, 0.0, 85.0), right_arm=Arm(45.0, 0.0, 85.0))),
    "at the back": Scene(V_45, 90.0, edits=(hands_at(0.0, -29.0, -8.0),)),
    "beside": Scene(V_45, 90.0, edits=(FOLDED,)),
    "beside, leaning": Scene(replace(V_45, flexion_deg=16.0, neck_deg=38.0), 90.0, edits=(FOLDED,)),
    "parallel": Scene(replace(STAND, yaw_left_deg=0.0, yaw_right_deg=0.0, heel_dist_m=0.34), sex="m"),
    "too wide": Scene(replace(STAND, heel_dist_m=0.52), sex="m"),
    "one fist": Scene(replace(STAND, yaw_left_deg=16.0, yaw_right_deg=16.0, heel_dist_m=0.08), sex="m"),
    "t": Scene(replace(STAND, yaw_left_deg=24.0, yaw_right_deg=30.0), edits=(t_stance(1.0),)),
    "t apart": Scene(replace(STAND, yaw_left_deg=2.0, yaw_right_deg=2.0), edits=(t_stance(22.0),)),
    "slightly apart": Scene(replace(STAND, heel_dist_m=0.20)),
    "bow hands": Scene(replace(V_45, flexion_deg=15.0), edits=(FOLDED,)),
    "bow hands up": Scene(replace(V_45, flexion_deg=15.0), edits=(hands_at(0.0, 14.0, 22.0, 24.0),)),
    "guide": Scene(GUIDING, head_deg=(0.0, -32.0, 0.0)),
    "guide level": Scene(replace(GUIDING, right_arm=Arm(72.0, 10.0, 176.0))),
    "guide crooked": Scene(replace(GUIDING, right_arm=Arm(50.0, 10.0, 95.0))),
    "guide too high": Scene(POINTING_UP, head_deg=(0.0, 25.0, 0.0)),
    "guide too low": Scene(replace(GUIDING, right_arm=Arm(12.0, 10.0, 176.0))),
    "guide beside": Scene(replace(GUIDING, flexion_deg=7.5), -90.0),
    "guide bent": Scene(replace(GUIDING, flexion_deg=32.0), -90.0),
    "sit beside": Scene(SEATED, 90.0, edits=(hands_on_knees(14.0),)),
    "sit medium": Scene(replace(SEATED, sitting=Sitting(used_share=0.67, knees_apart_m=0.16)), 90.0),
    "sit full": Scene(replace(SEATED, sitting=Sitting(used_share=1.2, knees_apart_m=0.16)), 90.0),
    "sit back": Scene(
        replace(SEATED, flexion_deg=-18.0, sitting=Sitting(used_share=1.2, shank_deg=65.0, knees_apart_m=0.16)), 90.0
    ),
    "sit bent": Scene(
        replace(SEATED, flexion_deg=32.0, sitting=Sitting(used_share=0.67, shank_deg=-40.0, knees_apart_m=0.16)), 90.0
    ),
    "sit": Scene(SEATED, edits=(hands_on_knees(12.0),), height_m=1.0),
    "sit apart": Scene(
        replace(SEATED, sitting=Sitting(used_share=0.33, knees_apart_m=0.50)),
        edits=(hands_at(0.0, 12.0, 12.0, 30.0),),
        height_m=1.0,
    ),
    "sit hands up": Scene(SEATED, edits=(hands_at(0.0, 16.0, 20.0, 30.0),), height_m=1.0),
    "sit crossed": Scene(
        replace(SEATED, sitting=Sitting(used_share=0.33, shank_deg=5.0)), edits=(crossed_ankles(14.0),), height_m=1.0
    ),
    "hand over": Scene(replace(STAND, flexion_deg=8.0), 45.0, edits=(hands_at(0.0, 36.0, 12.0, 24.0),)),
    "hand over beside": Scene(replace(STAND, flexion_deg=10.0), 90.0, edits=(hands_at(0.0, 36.0, 12.0, 24.0),)),
    "hand over in front": Scene(STAND, edits=(hands_at(0.0, 30.0, 10.0, 24.0),)),
    "hand over apart": Scene(
        STAND, edits=(hands_at(0.0, 2.0, -20.0, 75.0),), head_deg=(0.0, 40.0, 0.0), distance_m=3.2
    ),
    "hand over high": Scene(STAND, edits=(hands_at(0.0, 26.0, 46.0, 24.0),)),
    "hand over bent": Scene(replace(STAND, flexion_deg=45.0), 90.0, edits=(hands_at(0.0, 4.0, -28.0, 24.0),)),
    "display folded": Scene(replace(STAND, left_arm=Arm(70.0, 0.0, 50.0), right_arm=Arm(70.0, 0.0, 50.0))),
    "display": Scene(replace(STAND, left_arm=Arm(80.0, 5.0, 120.0), right_arm=Arm(60.0, 95.0, 110.0))),
    "squat": Scene(STAND, 40.0, edits=(squatting(26.0, 2.0),)),
    "squat level": Scene(STAND, 40.0, edits=(squatting(0.0, 45.0, 48.0),)),
}


@dataclass(frozen=True)
class Case:
    """A rule with the scenes that keep and break it.

    ``decided``: the right one passes; else it may stay open, its limits being no wider than what one camera knows, or
    hands before and behind the body hiding their depth. ``caught``: the wrong one fails; else it may stay open, too.
    """

    rule: str
    drill: Drill
    right: str
    wrong: str
    pack: str = "telecom"
    decided: bool = True
    caught: bool = True


S, B, G, T, H, Q = Drill.STAND, Drill.BOW, Drill.GUIDE, Drill.SIT, Drill.HAND_OVER, Drill.SQUAT
CASES = (
    Case("stand.gaze_level.pitch", S, "folded", "slouched", decided=False),
    Case("stand.gaze_level.yaw", S, "folded", "slouched", decided=False, caught=False),
    Case("stand.chin", S, "beside", "beside, leaning", decided=False),
    Case("stand.shoulders.tilt", S, "folded", "slouched", decided=False),
    Case("stand.upright.forward", S, "beside", "beside, leaning", decided=False),
    Case("stand.upright.sideways", S, "folded", "slouched"),
    Case("stand.feet_v.angle", S, "folded", "slouched"),
    Case("stand.feet_v.heels", S, "folded", "slouched"),
    Case("stand.feet_v_fist.toes", S, "one fist", "slouched", decided=False),
    Case("stand.feet_v_fist.heels", S, "one fist", "too wide"),
    Case("stand.feet_parallel.axes", S, "parallel", "too wide", decided=False),
    Case("stand.feet_parallel.width", S, "parallel", "too wide"),
    Case("stand.feet_t.heel", S, "t", "t apart"),
    Case("stand.feet_t.axes", S, "t", "t apart"),
    Case("stand.feet_slight", S, "slightly apart", "too wide", "U1"),
    Case("stand.hands_wrist.on_top", S, "wrist held", "left on top"),
    Case("stand.hands_wrist.place", S, "wrist held", "at the chest"),
    Case("stand.hands_wrist.middle", S, "wrist held", "slouched"),
    Case("stand.hands_wrist.height", S, "wrist held", "slouched"),
    Case("stand.hands_wrist.hold", S, "wrist held", "arms out", decided=False, caught=False),
    Case("stand.hands_back", S, "at the back", "at the chest", "T1", decided=False, caught=False),
    Case("stand.hands_folded.on_top", S, "folded", "left on top"),
    Case("stand.hands_folded.place", S, "folded", "at the chest"),
    Case("stand.hands_folded.middle", S, "folded", "slouched"),
    Case("stand.hands_folded.height", S, "folded", "slouched"),
    Case("stand.hands_sides.place", S, "hands down", "folded", decided=False, caught=False),
    Case("stand.hands_sides.thigh", S, "hands down", "arms out", decided=False),
    Case("stand.hands_sides.elbow", S, "hands down", "arms akimbo", decided=False, caught=False),
    Case("face.gaze", S, "folded", "slouched", "I1"),
    Case("bow.hands", B, "bow hands", "bow hands up", decided=False, caught=False),
    Case("guide.arm_angle", G, "guide", "guide too high", decided=False),
    Case("guide.arm_straight", G, "guide", "guide crooked", decided=False, caught=False),
    Case("guide.height.wrist", G, "guide level", "guide too high"),
    Case("guide.height.fingertip", G, "guide level", "guide too low"),
    Case("guide.lean", G, "guide beside", "guide bent", decided=False),
    Case("guide.gaze", G, "guide", "guide too high", decided=False),
    Case("sit.depth_shallow", T, "sit beside", "sit full", decided=False),
    Case("sit.depth_medium", T, "sit medium", "sit full", decided=False),
    Case("sit.depth_full", T, "sit full", "sit beside", decided=False),
    Case("sit.no_backrest", T, "sit beside", "sit back"),
    Case("sit.lean_forward", T, "sit beside", "sit bent", decided=False),
    Case("sit.knees", T, "sit", "sit apart"),
    Case("sit.knees_closed.gap", T, "sit", "sit apart"),
    Case("sit.knees_closed.shank", T, "sit", "sit bent", decided=False),
    Case("sit.hands", T, "sit", "sit hands up", decided=False, caught=False),
    Case("sit.hands_counter.stacked", T, "folded", "sit apart", decided=False, caught=False),
    Case("sit.no_crossed_legs", T, "sit", "sit crossed"),
    Case("sit.no_stretched_legs", T, "sit beside", "sit back"),
    Case("sit.no_hooked_feet", T, "sit beside", "sit bent", decided=False),
    Case("hand_over.both_hands.hands", H, "hand over", "hand over apart", decided=False),
    Case("hand_over.both_hands.forward", H, "hand over", "hand over apart", decided=False),
    Case("hand_over.both_hands.height", H, "hand over", "hand over high", decided=False),
    Case("hand_over.both_hands.lean", H, "hand over beside", "hand over bent"),
    Case("hand_over.both_hands.face", H, "hand over in front", "hand over apart", decided=False),
    Case("display.side.aside", H, "display", "hand over in front", "U1"),
    Case("display.side.raised", H, "display", "hand over apart", "U1", decided=False),
    Case("display.side.elbow", H, "display", "display folded", "U1", decided=False, caught=False),
    Case("squat.form.trunk", Q, "squat", "squat level", decided=False),
    Case("squat.form.knees", Q, "squat", "squat level"),
    Case("squat.knees_closed", Q, "squat", "squat level", decided=False),
)


@cache
def moment_of(scene: str) -> Moment:
    """Each scene is looked at once."""
    return look_at(SCENES[scene], np.random.default_rng(len(scene)))


def checks_of(case: Case, scene: str) -> list[Check]:
    """The checks of the rule, one or one for each side."""
    found = judge(
        load_pack(case.pack),
        case.drill,
        moment_of(scene).measurements,
        Subject(),
        None,
        active_side=Side.RIGHT if case.drill is Drill.GUIDE else None,
        role="idle" if case.rule == "sit.depth_medium" else "serving",
    )
    own = [check for check in found if check.rule in (case.rule, f"{case.rule}.left", f"{case.rule}.right")]
    assert own, case.rule
    return own


def outcome(case: Case) -> tuple[set[Verdict], set[Verdict]]:
    """Verdicts on the right and on the wrong scene."""
    right, wrong = (checks_of(case, scene) for scene in (case.right, case.wrong))
    return {check.verdict for check in right}, {check.verdict for check in wrong}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_right_posture_is_not_failed_and_the_wrong_one_is(case: Case) -> None:
    right, wrong = outcome(case)
    assert Verdict.FAIL not in right, case.right
    assert wrong != {Verdict.PASS}, case.wrong
    if case.decided:
        assert right == {Verdict.PASS}, case.right
    if case.caught:
        assert Verdict.FAIL in wrong, case.wrong


def test_most_examples_are_decided_and_few_stay_open() -> None:
    found = [outcome(case) for case in CASES]
    passed = sum(right == {Verdict.PASS} for right, _ in found)
    failed = sum(Verdict.FAIL in wrong for _, wrong in found)
    assert passed > 0.55 * len(found)
    assert failed > 0.85 * len(found)
