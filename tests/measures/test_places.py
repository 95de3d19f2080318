"""Where the hands are, as a word, and when the word is held back."""

from __future__ import annotations

import numpy as np
import pytest

from tests.measures_given import hands_at
from vision.measures.places import measure_hands_place, word_of
from vision.types import Measurement, Reason, View

UNSEEN = {"wrist_left": 0.1, "wrist_right": 0.1}
SEEN = {"wrist_left": 0.95, "wrist_right": 0.9}

PLACES = {
    "abdomen": (2.0, 8.0, -8.0),
    "sides": (24.0, -6.0, -24.0),
    "back": (3.0, -26.0, -10.0),
    "chest": (6.0, 10.0, 22.0),
    "other": (45.0, 20.0, 40.0),
}


@pytest.mark.parametrize("word", PLACES)
def test_hands_well_inside_a_place_have_its_name(word: str) -> None:
    found = measure_hands_place(hands_at(*PLACES[word], u=2.0), UNSEEN, View.SIDE)
    assert found.value == word
    assert found.u is not None
    assert found.u <= 0.1


def test_on_the_border_the_word_is_held_back_or_unsure() -> None:
    border = measure_hands_place(hands_at(13.0, 8.0, 9.0, u=10.0), UNSEEN, View.SIDE)
    assert border.reason is Reason.TOO_UNCERTAIN or (border.u is not None and border.u > 0.1)


def test_vaguer_hands_make_a_word_less_sure() -> None:
    wrong = [measure_hands_place(hands_at(*PLACES["abdomen"], u=u), UNSEEN, View.SIDE).u for u in (1.0, 10.0)]
    assert wrong[0] is not None
    assert wrong[1] is None or wrong[1] > wrong[0]


def test_wrists_seen_from_in_front_are_not_behind_the_back() -> None:
    vague = hands_at(2.0, -6.0, -8.0, u=5.0)
    vague["hand_forward_left"] = Measurement("hand_forward_left", -6.0, 30.0, "cm")
    unseen = measure_hands_place(vague, UNSEEN, View.FRONT)
    seen = measure_hands_place(vague, SEEN, View.FRONT)
    assert seen.value == "abdomen"
    assert seen.u is not None
    assert unseen.u is None or unseen.u > seen.u


def test_hands_that_were_not_measured_have_no_place_and_keep_their_reason() -> None:
    found = hands_at(*PLACES["abdomen"])
    found["hand_up_left"] = Measurement("hand_up_left", None, None, "cm", Reason.OUT_OF_FRAME)
    assert measure_hands_place(found, UNSEEN, View.SIDE).reason is Reason.OUT_OF_FRAME


def test_of_a_sitter_the_words_are_not_defined() -> None:
    found = hands_at(*PLACES["abdomen"])
    found["thigh_horizontal_left"] = Measurement("thigh_horizontal_left", 4.0, 5.0, "deg")
    assert measure_hands_place(found, UNSEEN, View.SIDE).value == "other"


def test_the_words_are_the_same_for_left_and_right_exchanged() -> None:
    rng = np.random.default_rng(0)
    lateral, forward, up = (rng.uniform(-40, 40, (300, 2)) for _ in range(3))
    here = word_of(lateral, forward, up)
    there = word_of(lateral[:, ::-1], forward[:, ::-1], up[:, ::-1])
    assert (here == there).all()
    assert set(here) >= {"other", "sides", "abdomen"}
