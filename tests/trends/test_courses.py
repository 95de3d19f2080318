"""A person's courses, what to practise next and before and after, counted from takes whose values are known."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.library.desk import write_note
from app.library.layer import Entry, Kind
from app.library.records import store_of
from app.places import Places
from app.presenter.progress_person import courses_html, next_html
from app.trends.before_after import compare_sides, compare_takes
from app.trends.change import Outcome
from app.trends.course import courses, personal_best, shown_and_others
from app.trends.practise_next import advice_for, practise_next
from app.trends.rows import Seen, seen_of
from app.trends.scope import people
from tests.trends.takes import FIRST, stood
from vision.types import Drill, Verdict

GOOD = {"v_angle": (45.0, 3.0), "heel_gap": (2.0, 0.5), "shoulder_tilt": (0.0, 1.0), "shoulder_rise": (0.05, 0.02)}
WIDE = {**GOOD, "v_angle": (70.0, 3.0)}
TILTED = {**GOOD, "shoulder_tilt": (8.0, 1.0)}
TILT = "stand.shoulders.tilt"


def of(places: Places, name: str = "Li") -> tuple[Seen, ...]:
    store = store_of(places)
    person = next(one for one in people(store, places.viewer) if one.name == name)
    return seen_of(store, places.viewer, person.id)


def test_a_course_holds_every_value_with_its_u_and_verdict_in_the_order_of_the_days(places: Places) -> None:
    stood(places, "Li", 20, {**GOOD, "shoulder_tilt": (3.5, 1.0)})
    stood(places, "Li", 0, TILTED)
    stood(places, "Li", 40, {**GOOD, "shoulder_tilt": None})
    stood(places, "Wang", 10, TILTED)
    (course,) = [one for one in courses(of(places)) if one.rule == TILT]
    found = [(point.number, point.check.u, point.check.verdict) for point in course.points]
    assert found == [(8.0, 1.0, Verdict.FAIL), (3.5, 1.0, Verdict.UNCERTAIN), (None, None, Verdict.NOT_MEASURED)]
    assert [point.take.time for point in course.points] == [FIRST + timedelta(days=day) for day in (0, 20, 40)]
    assert (course.last.band.low, course.last.band.high) == (-3.0, 3.0)


def test_a_period_leaves_out_what_was_before_it(places: Places) -> None:
    stood(places, "Li", 0, TILTED)
    stood(places, "Li", 30, GOOD)
    store = store_of(places)
    person = people(store, places.viewer)[0].id
    later = seen_of(store, places.viewer, person, since=FIRST + timedelta(days=10))
    assert {one.take.time for one in later} == {FIRST + timedelta(days=30)}


def test_a_personal_best_is_told_only_beyond_the_uncertainty(places: Places) -> None:
    for day, tilt in enumerate((9.0, 8.5, 4.5, 5.0)):
        stood(places, "Li", day, {**GOOD, "shoulder_tilt": (tilt, 1.0), "v_angle": (60.0 - day, 3.0)})
    found = {course.rule: course for course in courses(of(places))}
    best = personal_best(found[TILT])
    assert best is not None
    assert (best.point.number, best.before.number) == (4.5, 9.0)
    assert personal_best(found["stand.feet_v.angle"]) is None, "three degrees nearer with u = 3 each"
    html = courses_html(tuple(course for course in found.values() if course.measured), (), "en")
    assert "Personal best: 4.5 ± 1.0°" in html
    assert "No take is better than the others beyond the uncertainty" in html


def test_a_failure_that_only_a_trainer_saw_is_listed_without_advice_from_numbers_that_are_right(places: Places) -> None:
    take = stood(places, "Li", 0, GOOD)
    write_note(places, take, Entry(Kind.OVERRIDE, "Coach", text="seen", segment=0, rule=TILT, verdict=Verdict.FAIL))
    (found,) = practise_next(of(places))
    assert (found.demand, found.check.verdict) == ("stand.shoulders", Verdict.FAIL)
    assert advice_for(found.check, "en") == ""
    assert "<p></p>" not in next_html((found,), "en")


def test_what_failed_last_is_practised_before_what_is_in_doubt_and_what_was_mended_is_not(places: Places) -> None:
    stood(places, "Li", 0, {**WIDE, "shoulder_tilt": (8.0, 1.0)})
    stood(places, "Li", 1, {**GOOD, "shoulder_tilt": (8.0, 1.0), "head_pitch": (5.5, 2.0), "head_yaw": (0.0, 2.0)})
    found = practise_next(of(places))
    assert [(one.demand, one.check.verdict) for one in found] == [
        ("stand.shoulders", Verdict.FAIL), ("stand.gaze_level", Verdict.UNCERTAIN),
    ]  # fmt: skip
    assert (found[0].failed, found[0].looked) == (2, 2)
    assert advice_for(found[0].check, "en") == "The left shoulder is high: level it by about 8°."
    assert "The left shoulder is high" in next_html(found, "en")


def test_what_was_not_measured_last_keeps_what_was_decided_before(places: Places) -> None:
    stood(places, "Li", 0, TILTED)
    stood(places, "Li", 1, {**GOOD, "shoulder_tilt": None, "shoulder_rise": None})
    (wanted,) = practise_next(of(places))
    assert wanted.take.time == FIRST


def test_with_a_trainers_override_the_trainers_word_counts(places: Places) -> None:
    take = stood(places, "Li", 0, TILTED)
    write_note(places, take, Entry(Kind.OVERRIDE, "Coach", text="seen", segment=0, rule=TILT, verdict=Verdict.PASS))
    seen = of(places)
    (row,) = [one for one in seen if one.check.rule == TILT]
    assert (row.check.verdict, row.machine, row.overridden) == (Verdict.PASS, Verdict.FAIL, True)
    assert practise_next(seen) == ()
    write_note(places, take, Entry(Kind.WITHDRAW, "Coach", segment=0, rule=TILT))
    assert [one.demand for one in practise_next(of(places))] == ["stand.shoulders"]


def test_a_form_that_was_never_shown_is_kept_apart(places: Places) -> None:
    stood(places, "Li", 0, {**GOOD, "stance_ratio": (0.3, 0.05)}, sex="m")
    shown, others = shown_and_others(of(places), Drill.STAND)
    assert "stand.feet_v.angle" in {one.rule for one in shown}
    assert "stand.feet_parallel.width" in {one.rule for one in others}
    assert practise_next(of(places)) == ()


def test_two_takes_are_compared_rule_by_rule(places: Places) -> None:
    first = stood(places, "Li", 0, {**WIDE, "shoulder_tilt": (1.0, 1.0), "head_yaw": (0.0, 2.0)})
    last = stood(places, "Li", 9, {**GOOD, "shoulder_tilt": (1.5, 1.0)})
    found = {one.rule: one for one in compare_takes(of(places), first.id, last.id)}
    feet = found["stand.feet_v.angle"]
    assert feet.change.outcome is Outcome.IMPROVED
    assert feet.change.value == pytest.approx(-25.0)
    assert feet.change.u == pytest.approx(18.0**0.5)
    assert found[TILT].change.outcome is Outcome.NO_DIFFERENCE
    assert found["stand.gaze_level.yaw"].change.outcome is Outcome.UNMEASURED
    assert "stand.chin" not in found, "measured in neither"


def test_two_periods_are_compared_by_their_means(places: Places) -> None:
    for day, tilt in enumerate((7.0, 9.0, 8.0, 1.0, 2.0, 0.0)):
        stood(places, "Li", day, {**GOOD, "shoulder_tilt": (tilt, 1.0)})
    middle = FIRST + timedelta(days=3)
    found = compare_sides(of(places), lambda take: take.time < middle, lambda take: take.time >= middle)
    (tilt_row,) = [one for one in found if one.rule == TILT]
    assert tilt_row.from_value is not None
    assert tilt_row.to_value is not None
    assert (tilt_row.from_value.value, tilt_row.to_value.value, tilt_row.from_value.n) == (8.0, 1.0, 3)
    assert tilt_row.change.outcome is Outcome.IMPROVED


def test_hostile_names_and_titles_stand_as_text(places: Places) -> None:
    evil = "<img src=x onerror=alert(1)>"
    stood(places, "Li", 0, TILTED, title=evil)
    seen = of(places)
    shown, others = shown_and_others(seen, Drill.STAND)
    for language in ("zh", "en"):
        assert "<img" not in next_html(practise_next(seen), language) + courses_html(shown, others, language)


def test_marks_tell_verdicts_by_shape_and_words_and_carry_their_take(places: Places) -> None:
    takes = [
        stood(places, "Li", day, {**GOOD, "shoulder_tilt": (tilt, 1.0)}) for day, tilt in enumerate((0.0, 3.2, 9.0))
    ]
    shown, _ = shown_and_others(of(places), Drill.STAND)
    html = courses_html(tuple(one for one in shown if one.rule == TILT), (), "en")
    svg = html[html.index('<svg class="course"') :]
    assert (
        svg.count('<g class="mark pass"')
        == svg.count('<g class="mark uncertain"')
        == svg.count('<g class="mark fail"')
        == 1
    )
    shapes = [re.sub(r"[\d.]+", "", part.split("</g>")[0].rsplit("/>", 2)[-2]) for part in svg.split("<g ")[1:]]
    assert len(set(shapes)) == 3, "a circle, a triangle, a diamond"
    for take, word in zip(takes, ("pass", "uncertain", "fail"), strict=True):
        mark = svg[svg.index(f'data-pick="take:{take.id}"') :]
        assert f" · {word}</title>" in mark[:200]
