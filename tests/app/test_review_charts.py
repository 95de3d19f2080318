"""Courses for the player: no peak is lost by thinning, bands and bow come from the report."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.presenter.review_charts import charts, thin, with_bow_course
from tests.report.conftest import example_report, example_series
from vision.report.page import chart_views
from vision.types import Drill, Measurement, Series

MAYBE = st.one_of(st.floats(-200, 200), st.just(float("nan")))


@given(st.lists(MAYBE, min_size=1, max_size=400), st.integers(1, 60))
def test_thinning_keeps_extremes_gaps_and_the_span(values: list[float], most: int) -> None:
    course = np.array(values)
    times = np.arange(len(course)) * 0.125
    u = np.abs(course) / 10
    thinned = thin(times, course, u, most)
    assert len(thinned.times_s) <= most
    assert times[0] <= thinned.times_s[0] <= thinned.times_s[-1] <= times[-1]
    if np.isfinite(course).any():
        assert np.nanmin(thinned.low) == np.nanmin(course)
        assert np.nanmax(thinned.high) == np.nanmax(course)
        assert np.nanmax(thinned.u) == np.nanmax(u)
    else:
        assert np.isnan(thinned.low).all()


def test_a_short_course_stays_as_it_is() -> None:
    times, values = np.arange(80) / 8, np.sin(np.arange(80))
    thinned = thin(times, values, np.full(80, 2.0))
    assert thinned.times_s == pytest.approx(times)
    assert (thinned.low == values).all()
    assert (thinned.high == values).all()


def test_judged_courses_come_first_with_their_bands_in_the_units_people_read() -> None:
    report, series = example_report(), example_series()
    made = charts(report, series, "en")
    judged = [course for course in made["courses"] if course["judged"]]
    assert [course["name"] for course in made["courses"][: len(judged)]] == [course["name"] for course in judged]
    assert {course["label"] for course in judged} == {view.name["en"] for view in chart_views(report, series)}
    for course in made["courses"]:
        assert len(course["low"]) == len(course["u"]) == len(made["t"])
        assert course["high"] is None
    json.dumps(made, allow_nan=False)


def test_ten_minutes_stay_small() -> None:
    rows = 4800
    times = np.arange(rows) / 8
    names = ["trunk_flexion", "trunk_lateral", "arm_trunk_left", "elbow_left", "knee_right"]
    series = Series(times, {name: np.sin(times) for name in names}, {name: np.full(rows, 3.0) for name in names})
    made = charts(example_report(), series, "zh")
    assert len(made["t"]) <= 900
    assert all(course["high"] is not None for course in made["courses"])
    assert len(json.dumps(made)) < 100_000 * len(made["courses"])


def test_without_a_series_there_is_nothing_to_draw() -> None:
    assert charts(example_report(), None, "zh") == {"t": [], "courses": []}


def test_the_bows_course_is_the_flexion_less_the_own_upright() -> None:
    report = example_report()
    segments = tuple(
        replace(
            segment,
            measurements=(
                Measurement("trunk_flexion", 17.0, 2.0, "deg"),
                Measurement("bow_angle", 14.0, 2.0, "deg"),
            ),
        )
        if segment.drill is Drill.BOW
        else segment
        for segment in report.segments
    )
    bow = next(segment for segment in segments if segment.drill is Drill.BOW)
    times = np.linspace(0, bow.end_s + 2, 50)
    flexion = np.linspace(0, 20, 50)
    series = Series(times, {"trunk_flexion": flexion}, {"trunk_flexion": np.full(50, 2.0)})
    course = with_bow_course(series, replace(report, segments=segments)).values["bow_angle"]
    inside = (times >= bow.start_s) & (times <= bow.end_s)
    assert course[inside] == pytest.approx(flexion[inside] - 3.0)
    assert np.isnan(course[~inside]).all()
