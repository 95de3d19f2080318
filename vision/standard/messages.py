"""The one sentence a check says, in Chinese and English: what was measured, what is asked, what to do."""

from __future__ import annotations

from vision.quantities import REASON_TEXT, label_text, number_text, quantity, value_text
from vision.standard.rules import PackClause, Rule
from vision.types import Measurement, Reason, Verdict

NOT_CHOSEN = (
    "（未采用这种姿势，另一种已符合，不计）",
    " (not the form chosen; another one holds, so this does not count)",
)
NOBODY_ELSE = ("（画面中没有另一个人，不计）", " (nobody else is in the picture, so this does not count)")
INFORMATIVE = ("（仅供参考，不计分）", " (for information, does not count)")
SEX_UNKNOWN = {
    "m": ("（仅适用于男士；未给出性别，不计分）", " (asked of men only; the sex is not given, so this does not count)"),
    "f": (
        "（仅适用于女士；未给出性别，不计分）",
        " (asked of women only; the sex is not given, so this does not count)",
    ),
}


def accept_text(rule: Rule, language: str) -> str:
    """The accepted range or words as people read them: ``35°~55°`` / ``35 to 55°``."""
    zh = language == "zh"
    if rule.words:
        return ("或" if zh else " or ").join(value_text(word, "", None, language) for word in rule.words)
    name = rule.quantity_names[0]
    if rule.low is None and rule.high is not None:
        return f"不超过 {number_text(rule.high, name)}" if zh else f"at most {number_text(rule.high, name)}"
    if rule.high is None and rule.low is not None:
        return f"不小于 {number_text(rule.low, name)}" if zh else f"at least {number_text(rule.low, name)}"
    low, high = number_text(rule.low or 0.0, name), number_text(rule.high or 0.0, name)
    return f"{low} 至 {high}" if zh else f"{low} to {high}"


def message(clause: PackClause, rule: Rule, measurement: Measurement, verdict: Verdict, language: str) -> str:
    """What a check says; the option's short name stands in front where the clause is one of several."""
    zh = language == "zh"
    name = clause.name_zh if zh else clause.name_en
    lead = "" if clause.alternative is None or not name else (f"{name}：" if zh else f"{name}: ")
    label = label_text(measurement.name, language)
    if measurement.value is None:
        text = _not_measured(clause, label, measurement, language)
    else:
        tell = (_word_zh if zh else _word_en) if rule.words else (_number_zh if zh else _number_en)
        text = tell(label, rule, measurement, verdict)
    said = _teach(clause, rule, measurement, verdict, language)
    if said:
        text += said if zh else f" {said}"
    text = lead + text
    return text if zh else text[:1].upper() + text[1:]


def _teach(clause: PackClause, rule: Rule, measurement: Measurement, verdict: Verdict, language: str) -> str:
    """One sentence: what to change after a failure; in doubt what to change, or how to see it better."""
    zh = language == "zh"
    if verdict is Verdict.FAIL:
        return advice(rule, measurement, language)
    if verdict is not Verdict.UNCERTAIN:
        return ""
    said = advice(rule, measurement, language, verdict)
    if said:
        return f"可能需要调整：{said}" if zh else f"Possibly: {said[:1].lower()}{said[1:]}"
    view = clause.requires_view_zh if zh else clause.requires_view_en
    if zh:
        return f"请{f'从{view}' if view else ''}靠近一些、让镜头看清楚再录；最好有相机文件。"
    return f"Film it again{f' from {view}' if view else ''}, nearer and in clear sight, best with a camera file."


def _number_zh(label: str, rule: Rule, measurement: Measurement, verdict: Verdict) -> str:
    said, asked = f"{label} {_value(measurement, 'zh')}", accept_text(rule, "zh")
    if verdict is Verdict.PASS:
        return f"{said}，符合要求（{asked}）。"
    if verdict is Verdict.FAIL:
        return f"{said}，要求 {asked}。"
    return f"{said}，离界限（{asked}）太近，无法判定。"


def _number_en(label: str, rule: Rule, measurement: Measurement, verdict: Verdict) -> str:
    said, asked = f"{label} {_value(measurement, 'en')}", accept_text(rule, "en")
    if verdict is Verdict.PASS:
        return f"{said}, as asked ({asked})."
    if verdict is Verdict.FAIL:
        return f"{said}; asked: {asked}."
    return f"{said}: too close to the limit ({asked}) to judge."


def _word_zh(label: str, rule: Rule, measurement: Measurement, verdict: Verdict) -> str:
    said = f"{label}：{_value(measurement, 'zh')}"
    if verdict is Verdict.PASS:
        return f"{said}，符合要求。"
    if verdict is Verdict.FAIL:
        return f"{said}，要求：{accept_text(rule, 'zh')}。"
    return f"{said}（把握不够），无法判定。"


def _word_en(label: str, rule: Rule, measurement: Measurement, verdict: Verdict) -> str:
    said = f"{label}: {_value(measurement, 'en')}"
    if verdict is Verdict.PASS:
        return f"{said}, as asked."
    if verdict is Verdict.FAIL:
        return f"{said}; asked: {accept_text(rule, 'en')}."
    return f"{said}, but not surely enough to judge."


def _value(measurement: Measurement, language: str) -> str:
    return "" if measurement.value is None else value_text(measurement.value, measurement.name, measurement.u, language)


def _not_measured(clause: PackClause, label: str, measurement: Measurement, language: str) -> str:
    zh, reason, known = language == "zh", measurement.reason, quantity(measurement.name)
    why = REASON_TEXT[reason or Reason.UNSUPPORTED][0 if zh else 1]
    view = clause.requires_view_zh if zh else clause.requires_view_en
    if reason is Reason.WRONG_VIEW and view:
        why += f"；需要{view}" if zh else f"; it needs {view}"
    if known is not None and known.unmeasured_en:
        why = known.unmeasured_zh if zh else known.unmeasured_en
    return f"{label}未测得：{why}。" if zh else f"{label} not measured: {why}."


def advice(rule: Rule, measurement: Measurement, language: str, verdict: Verdict = Verdict.FAIL) -> str:
    """Only what to change, with direction and amount: the pack's words, else plain ones; "" when nothing is known.

    In doubt (``verdict`` uncertain) it is what would bring the whole interval inside; "" where nothing can, or where
    the word that was read is an accepted one.
    """
    value, u = measurement.value, measurement.u
    if value is None:
        return ""
    if isinstance(value, str):
        template = rule.advice.high_zh if language == "zh" else rule.advice.high_en
        return "" if value in rule.words else _filled(template, rule, measurement, 0.0, language)
    change = change_wanted(rule, float(value), u or 0.0, verdict)
    if change is None:
        return ""
    low_end, amount = change > 0, abs(change)
    texts = rule.advice
    zh_text, en_text = (texts.low_zh, texts.low_en) if low_end else (texts.high_zh, texts.high_en)
    plain_zh, plain_en = ("请增大约 {delta}。", "About {delta} more.") if low_end else PLAIN_LESS
    template = (zh_text or plain_zh) if language == "zh" else (en_text or plain_en)
    return _filled(template, rule, measurement, amount, language)


PLAIN_LESS = ("请减小约 {delta}。", "About {delta} less.")


def change_wanted(rule: Rule, value: float, u: float, verdict: Verdict) -> float | None:
    """By how much the value should change (its sign says which way), to the aim and at least until nothing fails.

    None where the value is as asked, and in doubt where the uncertainty is wider than the range.
    """
    if verdict is Verdict.FAIL:
        below = rule.low is not None and value < rule.low
        return abs(value - aim(rule)) * (1.0 if below else -1.0)
    short = -_INFINITY if rule.low is None else rule.low - (value - u)
    over = -_INFINITY if rule.high is None else value + u - rule.high
    if (short > 0) == (over > 0) or (rule.low is not None and rule.high is not None and 2 * u > rule.high - rule.low):
        return None
    open_end = rule.low is None or rule.high is None
    wanted = 0.0 if open_end else aim(rule) - value
    return max(short, wanted) if short > 0 else -max(over, -wanted)


_INFINITY = float("inf")


def _filled(template: str, rule: Rule, measurement: Measurement, amount: float, language: str) -> str:
    """The pack's advice with the numbers filled in."""
    value, name = measurement.value, measurement.name
    if not template or value is None:
        return ""
    known = quantity(name)
    side = known.side if known is not None else None
    fields = {
        "value": value_text(value, name, None, language),
        "u": "" if measurement.u is None or isinstance(value, str) else number_text(measurement.u, name),
        "low": "" if rule.low is None else number_text(rule.low, name),
        "high": "" if rule.high is None else number_text(rule.high, name),
        "delta": "" if isinstance(value, str) else number_text(amount, name),
        "side": "" if side is None else (("左" if side == "left" else "右") if language == "zh" else str(side)),
    }
    return template.format(**fields)


def aim(rule: Rule) -> float:
    """The value to aim for: the pack's target, else the middle of the range, else its only end."""
    if rule.target is not None:
        return rule.target
    ends = [end for end in (rule.low, rule.high) if end is not None]
    return sum(ends) / len(ends)
