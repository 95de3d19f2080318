"""What a trainer does to a take: dialogs for what needs words, and what is written at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from app.library.desk import write_note
from app.library.layer import Entry, Kind, Layer, Tick
from app.library.takes import Take
from app.texts import verdict_word
from app.views.context import language, places, prefer, say, show_error, viewer
from app.views.reviewing.chosen import trainer
from vision.errors import YitaiError
from vision.palette import VERDICT_SYMBOL
from vision.quantities import label_text
from vision.report.model import Report
from vision.report.wording import check_value_text, clause_text, seconds_text
from vision.types import Check, Verdict

CHOICES = (Verdict.PASS, Verdict.FAIL, Verdict.UNCERTAIN)


def heed(take: Take, report: Report, layer: Layer, asked: dict[str, Any]) -> None:
    """Do what the player asks for, or ask back for what it needs."""
    entry = _entry(asked)
    if entry is None:
        return
    match entry.kind:
        case Kind.OVERRIDE:
            check = _check(report, entry)
            if check is not None:
                st.dialog(say("改判", "Override the verdict"))(_override)(take, entry, check, layer)
        case Kind.COMMENT:
            st.dialog(say("评语", "Comment"))(_comment)(take, entry)
        case _ if trainer():
            write(take, entry)
        case _:
            st.dialog(say("您的姓名", "Your name"))(_named)(take, entry)


def heed_model(take: Take, entry: Entry) -> None:
    """Mark or unmark a model; asks for the name first where it is not known."""
    named = replace(entry, who=trainer())
    if named.who:
        write(take, named)
    else:
        st.dialog(say("您的姓名", "Your name"))(_named)(take, named)


def _entry(asked: dict[str, Any]) -> Entry | None:
    """The entry in question, without who and what words; None when the browser sent something else."""
    kinds = {"override", "withdraw", "tick", "erase", "comment"}
    if asked["kind"] not in kinds:
        return None
    try:
        return Entry(
            Kind(asked["kind"]),
            trainer(),
            segment=None if asked.get("segment") is None else int(asked["segment"]),
            rule=str(asked.get("rule", "")),
            tick=None if asked.get("tick") is None else Tick(asked["tick"]),
            time_s=None if asked.get("time_s") is None else float(asked["time_s"]),
            number=None if asked.get("number") is None else int(asked["number"]),
        )
    except (ValueError, TypeError):
        return None


def _check(report: Report, entry: Entry) -> Check | None:
    if entry.segment is None or not 0 <= entry.segment < len(report.segments):
        return None
    return next((check for check in report.segments[entry.segment].checks if check.rule == entry.rule), None)


def write(take: Take, entry: Entry) -> None:
    """Keep an entry, remember who wrote it, and show the page anew."""
    try:
        write_note(places(), take, entry)
    except YitaiError as error:
        show_error(error)
        return
    if viewer().local and entry.who.strip() != trainer():
        prefer(trainer=entry.who.strip())
    st.rerun()


def who_field() -> str:
    """The name under what is written; an account writes under its own."""
    if not viewer().local:
        return viewer().name
    return st.text_input(say("教练姓名", "Trainer's name"), value=trainer(), key="review-who", max_chars=60)


def _form(take: Take, words: str, make: Callable[[], Entry]) -> None:
    """The button that ends a dialog, with what is wrong above it."""
    if st.button(words, type="primary", key="review-keep", width="stretch"):
        write(take, make())


def _override(take: Take, entry: Entry, check: Check, layer: Layer) -> None:
    st.html(
        f'<p class="asked-of"><b>{label_text(check.measurement, language())}</b> '
        f"{check_value_text(check, language())} <small>{clause_text(check)}</small></p>"
    )
    machine = f"{VERDICT_SYMBOL[check.verdict]} {verdict_word(language(), check.verdict)}"
    st.caption(
        say(
            f"程序判定：{machine}，会一直显示在旁边。", f"The program's verdict, {machine}, stays visible beside yours."
        )
    )
    before = layer.overrides.get((entry.segment or 0, entry.rule))
    verdict = st.segmented_control(
        say("您的判定", "Your verdict"),
        CHOICES,
        default=None if before is None else before.verdict,
        format_func=lambda one: f"{VERDICT_SYMBOL[one]} {verdict_word(language(), one)}",
        key="review-verdict",
        width="stretch",
    )
    reason = st.text_area(
        say("理由（必填）", "Reason (required)"), value="" if before is None else before.text, key="review-reason"
    )
    who = who_field()

    def made() -> Entry:
        return Entry(Kind.OVERRIDE, who, text=reason, segment=entry.segment, rule=entry.rule, verdict=verdict)

    _form(take, say("改判", "Override"), made)


def _comment(take: Take, entry: Entry) -> None:
    moment = seconds_text(entry.time_s, language())
    text = st.text_area(say(f"{moment}处的评语", f"Comment at {moment}"), key="review-words")
    who = who_field()
    _form(take, say("保存评语", "Keep the comment"), lambda: Entry(Kind.COMMENT, who, text=text, time_s=entry.time_s))


def _named(take: Take, entry: Entry) -> None:
    who = who_field()

    def made() -> Entry:
        return replace(entry, who=who)

    _form(take, say("继续", "Go on"), made)


def sign_off(take: Take) -> None:
    """Ask for the name and lock the take."""
    st.dialog(say("签字确认", "Sign off"))(_signing)(take)


def _signing(take: Take) -> None:
    st.write(
        say("签字后判定、勾选和评语都不能再改；需要时可写明理由解锁。",
            "After that, verdicts, ticks and comments are locked. It can be unlocked with a reason.")
    )  # fmt: skip
    who = who_field()
    _form(take, say("签字", "Sign off"), lambda: Entry(Kind.SIGN, who))


def unlock(take: Take) -> None:
    """Ask for the reason and let editing go on."""
    st.dialog(say("解锁", "Unlock"))(_unlocking)(take)


def _unlocking(take: Take) -> None:
    reason = st.text_area(say("理由（必填）", "Reason (required)"), key="review-reason")
    who = who_field()
    _form(take, say("解锁", "Unlock"), lambda: Entry(Kind.UNLOCK, who, text=reason))
