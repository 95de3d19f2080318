"""The HTML page stands alone, says everything in both languages, and trusts no text."""

from __future__ import annotations

import base64
import dataclasses
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from vision.quantities import REASON_TEXT
from vision.report import Report, StillEvidence
from vision.report.html import headline, render_html
from vision.report.page import chart_views
from vision.types import Clause, Notice, Reason, Score, Series, Subject, Verdict


class _Tags(HTMLParser):
    """Collects attributes that could fetch something, and checks that tags close in order."""

    VOID = frozenset({"meta", "img", "br", "rect", "line", "circle", "path", "polyline", "polygon"})

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def parsed(page: str) -> _Tags:
    tags = _Tags()
    tags.feed(page)
    return tags


def test_page_asks_for_nothing_from_the_network(
    report: Report, series: Series, stills: tuple[StillEvidence, ...]
) -> None:
    page = render_html(report, series, stills)
    tags = parsed(page)
    assert tags.open == []
    assert all(link.startswith("data:image/jpeg;base64,") for link in tags.links)
    assert not re.search(r"https?://|@import|url\(", page)
    assert "default-src 'none'" in page


def test_every_check_is_told_in_both_languages(report: Report, series: Series) -> None:
    page = render_html(report, series)
    for check in report.checks:
        assert check.clause.zh in page
        assert check.clause.en in page
    for text in (*REASON_TEXT[Reason.WRONG_VIEW], *REASON_TEXT[Reason.OCCLUDED]):
        assert text.replace(",", "，") in page or text in page
    for item in report.manual_items:
        assert item.clause.zh in page
        assert item.clause.en in page


def test_value_with_uncertainty_band_and_basis_are_shown(report: Report) -> None:
    page = render_html(report)
    for text in ("63.1 ± 4.2°", "35–55°", "≥ 150°", "0.30 ± 0.08 s", "文件规定", "house tolerance", "脚尖张开约 45°"):
        assert text in page


@pytest.mark.parametrize(("language", "shown"), [("zh", "zh-CN"), ("en", "en")])
def test_language_chooses_what_is_shown_first(report: Report, language: str, shown: str) -> None:
    page = render_html(report, language=language)
    assert f'<html lang="{shown}" data-language="{language}">' in page
    assert headline(report)["zh"] in page
    assert headline(report)["en"] in page


def test_texts_from_outside_are_escaped(report: Report) -> None:
    evil = '<script>alert("x")</script>'
    check = dataclasses.replace(
        report.checks[0], clause=Clause(evil, evil, evil, evil), message_zh=evil, message_en=evil
    )
    segment = dataclasses.replace(report.segments[0], checks=(check,))
    page = render_html(
        dataclasses.replace(
            report,
            subject=Subject(evil),
            source=dataclasses.replace(report.source, path=evil),
            segments=(segment,),
            warnings=(Notice("x", evil, evil),),
        )
    )
    assert "<script>alert" not in page
    assert page.count("<script>") == 1
    assert parsed(page).open == []


def test_still_is_embedded_byte_for_byte(report: Report, stills: tuple[StillEvidence, ...]) -> None:
    page = render_html(report, stills=stills)
    found = re.search(r'src="data:image/jpeg;base64,([^"]+)"', page)
    assert found is not None
    assert base64.b64decode(found[1]) == stills[0].jpeg


def test_advice_comes_first_and_heaviest_failures_lead(report: Report) -> None:
    page = render_html(report)
    first = page[page.index("先改这几点") : page.index("测量的可信程度")]
    assert "停留太短" in first
    assert "脚尖张得太开" in first
    assert "身体正直。" not in first


def test_alternatives_stand_in_one_group(report: Report) -> None:
    assert render_html(report).count("以下做到一种即可") == 1


def test_held_alternative_folds_the_others_away(report: Report) -> None:
    segment = report.segments[0]
    held = dataclasses.replace(segment.checks[0], verdict=Verdict.PASS, value=45.0)
    checks = (held, *segment.checks[1:])
    page = render_html(dataclasses.replace(report, segments=(dataclasses.replace(segment, checks=checks),)))
    assert "没有采用的其他做法" in page


@pytest.mark.parametrize(
    ("score", "zh", "en"),
    [
        (Score(100.0, 0.0, Verdict.PASS, {"pass": 3}), "测到的项目全部符合标准", "Everything that was measured"),
        (Score(50.0, 0.0, Verdict.FAIL, {"fail": 1}), "有 1 项不符合标准", "1 check does not meet"),
        (Score(100.0, 0.3, Verdict.UNCERTAIN, {"uncertain": 2}), "有 2 项无法判定", "2 undecided"),
        (Score(None, 1.0, Verdict.NOT_MEASURED, {}), "没有可以判定的项目", "Nothing could be judged"),
    ],
)
def test_headline_says_the_outcome(report: Report, score: Score, zh: str, en: str) -> None:
    text = headline(dataclasses.replace(report, overall=score))
    assert zh in text["zh"]
    assert en in text["en"]


def test_empty_report_still_makes_a_page(report: Report) -> None:
    empty = dataclasses.replace(
        report, segments=(), manual_items=(), warnings=(), overall=Score(None, 1.0, Verdict.NOT_MEASURED, {})
    )
    page = render_html(empty)
    assert "没有可以判定的项目" in page
    assert parsed(page).open == []


def test_chart_shows_one_band_for_each_drill_in_which_the_quantity_is_judged(report: Report, series: Series) -> None:
    names = [chart.name["en"] for chart in chart_views(report, series)]
    assert "bow angle" in names
    assert len(names) == len(set(names))
    for chart in chart_views(report, series):
        assert str(chart.picture).count('class="ok"') == 1


def test_series_without_a_judged_quantity_gives_no_chart(report: Report) -> None:
    times = np.arange(5.0)
    assert chart_views(report, Series(times, {"bow_angle": np.full(5, np.nan)}, {})) == []
    assert chart_views(report, None) == []
