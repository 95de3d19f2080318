"""Takes as the cards of the library."""

from __future__ import annotations

from typing import Any

from app.library.layer import Layer, with_overrides
from app.library.takes import Take
from app.presenter.review_rows import day, signed_line
from app.texts import line_of, pick, verdict_word
from vision.palette import VERDICT_SYMBOL
from vision.report.wording import drill_text


def card(take: Take, layer: Layer, picture: str | None, language: str) -> dict[str, Any]:
    """One card: the trainer's outcome where there is one, else the program's; a broken take with its sentence."""
    shown: dict[str, Any] = {"id": take.id, "title": title_of(take), "when": day(take.created), "picture": picture}
    if take.headline is None or take.problem is not None:
        problem = "" if take.problem is None else line_of(take.problem, language)
        return {**shown, "problem": problem, "search": take.title.lower()}
    verdict, score = take.headline.verdict, take.headline.score
    report = take.report if layer.overrides or layer.ticks else None
    if report is not None:
        overall = with_overrides(report, layer).overall
        verdict, score = overall.verdict, overall.value
    drills = pick(language, "、", ", ").join(drill_text(drill, language) for drill in take.headline.drills)
    return {
        **shown,
        "drills": drills or pick(language, "没有找到动作", "no drill found"),
        "verdict": verdict.value,
        "symbol": VERDICT_SYMBOL[verdict],
        "verdict_text": verdict_word(language, verdict),
        "score": "–" if score is None else f"{score:.0f}",
        "length": length_text(take.headline.duration_s),
        "signed": None if layer.signed is None else signed_line(layer.signed, language),
        "model": bool(layer.models),
        "problem": None,
        "search": " ".join([title_of(take), take.title, drills, day(take.created)]).lower(),
    }


def title_of(take: Take) -> str:
    """The trainee's name and the take's own, as far as there are both."""
    trainee = None if take.headline is None else take.headline.trainee
    if not trainee or trainee == take.title:
        return take.title or take.id
    return f"{trainee} · {take.title}"


def length_text(duration_s: float | None) -> str:
    """``0:05``; empty for a still."""
    if duration_s is None:
        return ""
    minutes, seconds = divmod(round(duration_s), 60)
    return f"{minutes}:{seconds:02d}"


def list_words(language: str) -> dict[str, str]:
    """The list's own words."""
    return {
        "search": pick(language, "按姓名、动作或日期查找", "Search by name, drill or date"),
        "none": pick(language, "没有找到符合的录像。", "No take fits."),
        "further": pick(language, "显示更多", "Show more"),
        "signed": pick(language, "已签字", "signed off"),
        "model": pick(language, "示范", "model"),
        "remove": pick(language, "移除", "Remove"),
    }
