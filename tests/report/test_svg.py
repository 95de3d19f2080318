"""Band graphics and charts put numbers where they belong."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.report import Report
from vision.report.svg import MOST_POINTS, ChartBand, band_svg, chart_svg, nice_step
from vision.types import Check, Verdict


def number(pattern: str, picture: str) -> float:
    found = re.search(pattern, picture)
    assert found is not None
    return float(found[1])


@pytest.fixture
def check_with(report: Report) -> Callable[..., Check]:
    import dataclasses

    def make(**changes: object) -> Check:
        return dataclasses.replace(report.checks[0], **changes)  # type: ignore[arg-type]

    return make


@given(value=st.floats(-200, 200), u=st.floats(0, 50))
def test_dot_lies_in_the_green_exactly_when_the_value_is_accepted(value: float, u: float) -> None:
    from vision.types import Basis, Clause

    check = Check(
        "r", Clause("T2", "1", "", ""), Verdict.PASS, "v_angle", (35.0, 55.0), Basis.HOUSE, value, u, "", "", None
    )
    picture = str(band_svg(check))
    left = number(r'class="ok" x="([-\d.]+)"', picture)
    width = number(r'class="ok" x="[-\d.]+" y="[-\d.]+" width="([\d.]+)"', picture)
    x = number(r'<circle cx="([-\d.]+)"', picture)
    assert 0 <= x <= 280
    if 36 < value < 54:
        assert left - 0.1 <= x <= left + width + 0.1
    elif value < 34:
        assert x <= left + 0.1
    elif value > 56:
        assert x >= left + width - 0.1


def test_open_band_reaches_the_picture_s_end(check_with: Callable[..., Check]) -> None:
    picture = str(band_svg(check_with(accept=(None, 20.0), value=12.0, u=2.0)))
    assert number(r'class="ok" x="([-\d.]+)"', picture) == pytest.approx(14.0)


def test_words_have_no_band(check_with: Callable[..., Check]) -> None:
    assert band_svg(check_with(accept=("right",), value="right")) == ""


def test_unmeasured_check_shows_the_band_without_a_dot(check_with: Callable[..., Check]) -> None:
    picture = str(band_svg(check_with(value=None, u=None, verdict=Verdict.NOT_MEASURED)))
    assert "<circle" not in picture
    assert "35" in picture


def test_chart_breaks_where_nothing_was_measured() -> None:
    times = np.linspace(0, 4, 100)
    values = np.sin(times)
    values[40:60] = np.nan
    picture = str(chart_svg(times, values, np.full(100, 0.1), (), "v_angle"))
    assert picture.count("<polyline") == 2
    assert "nan" not in picture


def test_chart_of_a_long_recording_stays_small() -> None:
    times = np.linspace(0, 3600, 90_000)
    picture = str(chart_svg(times, np.cos(times), np.full_like(times, np.nan), (), "v_angle"))
    points = re.search(r'<polyline class="line" points="([^"]+)"', picture)
    assert points is not None
    assert len(points[1].split()) <= MOST_POINTS
    assert len(picture) < 40_000


def test_chart_draws_band_and_hold_only_within_their_time() -> None:
    times = np.linspace(0, 10, 50)
    band = ChartBand(5.0, 10.0, 1.0, 2.0, (6.0, 7.0))
    picture = str(chart_svg(times, np.full(50, 1.5), np.full(50, 0.1), (band,), "v_angle"))
    middle = 44 + (720 - 44 - 12) / 2
    assert number(r'class="ok" x="([\d.]+)"', picture) == pytest.approx(middle, abs=0.1)
    assert number(r'class="hold" x="([\d.]+)"', picture) > middle


def test_constant_course_and_single_instant_are_drawn() -> None:
    picture = str(chart_svg(np.zeros(2), np.zeros(2), np.zeros(2), (), "v_angle"))
    assert "nan" not in picture
    assert "<polyline" in picture


@given(span=st.floats(1e-6, 1e6), about=st.integers(2, 12))
def test_nice_steps_give_about_that_many_parts(span: float, about: int) -> None:
    assert about / 2.6 <= span / nice_step(span, about) <= about * 1.01
