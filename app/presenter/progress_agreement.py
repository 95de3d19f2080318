"""Agreement between trainers and the program as a table with plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.presenter.progress_words import demand_text
from app.texts import pick
from app.trends.agreement import FEWEST, SUBSTANTIAL, Agreement, Trust

TRUST_WORDS = {
    Trust.AGREES: ("判定相符", "they agree"),
    Trust.DISAGREES: ("判定不够相符", "they do not agree well enough"),
    Trust.UNDECIDED: ("次数不够，还不能下结论", "too few to tell"),
    Trust.ONE_SIDED: ("几乎只有一种结论，kappa 说明不了问题", "nearly one verdict only: kappa says nothing"),
    Trust.TOO_FEW: ("次数太少", "too few"),
}
ENOUGH = {
    Trust.AGREES: ("足以说明两者判定相符。", "enough to say that they agree."),
    Trust.DISAGREES: (
        "足以说明两者判定不够相符，不要单凭程序下结论。",
        "enough to say that they do not agree well enough: do not decide by the program alone.",
    ),
    Trust.UNDECIDED: ("次数还不足以说明两者是否相符。", "not enough to say whether they agree."),
}
TRUST_SYMBOL = {Trust.AGREES: "✓", Trust.DISAGREES: "✗", Trust.UNDECIDED: "?", Trust.ONE_SIDED: "?", Trust.TOO_FEW: "–"}
TRUST_CLASS = {
    Trust.AGREES: "pass", Trust.DISAGREES: "fail", Trust.UNDECIDED: "uncertain", Trust.ONE_SIDED: "uncertain",
    Trust.TOO_FEW: "not_measured",
}  # fmt: skip


def how_text(language: str) -> str:
    """How a check comes to count, and what the figures cannot say."""
    return pick(
        language,
        "只有教练真正看过的判定才计入：改判过的，或整段已签字确认而未改的。kappa 只算双方都给出“符合”或“不符合”的判定。"
        "教练先看到程序的结论再作判断，签字时也可能没有逐条细看，因此数字偏乐观；同一段录像中的判定彼此相关，区间因此偏窄。",
        "Only what a trainer really looked at counts: verdicts that were overridden, or left as they are in a take "
        "that is signed off. Kappa is taken over checks that both decided, pass or fail. Trainers see the program's "
        "verdict before they give theirs, and may sign without looking closely, so the figures are rather too good; "
        "the checks of one take depend on each other, so the intervals are rather too narrow.",
    )


def sentence(found: Agreement, language: str) -> str:
    """What n lets one say, in words."""
    kappa = found.kappa
    if kappa is None:
        return pick(language, "还没有双方都下了结论的判定。", "There is no check yet that both decided.")
    n, raw = kappa.n, f"{kappa.raw * 100:.0f} %"
    if found.trust is Trust.TOO_FEW:
        return pick(
            language,
            f"只有 {n} 次判定（至少要 {FEWEST} 次），什么也说明不了。",
            f"{n} checks are too few to say anything; at least {FEWEST} are needed.",
        )
    if found.trust is Trust.ONE_SIDED:
        return pick(
            language,
            f"{n} 次判定中 {raw} 一致，但几乎只出现一种结论，无法知道程序能否分辨两者。",
            f"{raw} of {n} checks agree, but nearly all have one verdict: whether the program can tell both apart is "
            "not shown.",
        )
    said = pick(language, *ENOUGH[found.trust])
    return pick(language, f"{n} 次判定中 {raw} 一致，{said}", f"{raw} of {n} checks agree: {said}")


def agreement_html(found: Sequence[Agreement], language: str) -> str:
    """All clauses together as a sentence, then each as a row."""
    heads = pick(
        language,
        "条款|判定数 n|录像|一致|kappa（95 %）|改判|程序未定|教练未定|说明",
        "clause|n|takes|agree|kappa (95 %)|overrides|program open|trainer open|so",
    ).split("|")
    head = "".join(f"<th>{text}</th>" for text in heads)
    body = "".join(_row(one, language) for one in found[1:])
    bound = pick(
        language,
        f"“相符”指 kappa 的整个区间不低于 {SUBSTANTIAL}（Landis 与 Koch 1977 的“基本一致”）。",
        f"“Agree” means that the whole interval of kappa is {SUBSTANTIAL} or more (“substantial” of Landis and Koch, "
        "1977).",
    )
    whole = found[0]
    said = f"{TRUST_SYMBOL[whole.trust]} {escape(sentence(whole, language))} {_kappa(whole)}"
    table = f'<table class="agreement"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<p class="overall">{said}</p><div class="scroll">{table}</div><p class="why">{bound}</p>'


def _kappa(found: Agreement) -> str:
    kappa = found.kappa
    if kappa is None or kappa.kappa is None or kappa.low is None or kappa.high is None:
        return "–"
    return f"κ {_two(kappa.kappa)} ({_two(kappa.low)} … {_two(kappa.high)})"


def _two(value: float) -> str:
    return f"{value + 0.0:.2f}".replace("-", "−")


def _row(found: Agreement, language: str) -> str:
    kappa = found.kappa
    raw = "–"
    if kappa is not None:
        raw = f"{kappa.raw * 100:.0f} % <small>({kappa.raw_low * 100:.0f}–{kappa.raw_high * 100:.0f})</small>"
    trust = found.trust
    said = escape(sentence(found, language), quote=True)
    return (
        f'<tr><th scope="row">{escape(demand_text(found.clause, language))}</th>'
        f"<td>{0 if kappa is None else kappa.n}</td><td>{found.takes}</td><td>{raw}</td><td>{_kappa(found)}</td>"
        f"<td>{found.overrides}</td><td>{found.machine_open}</td><td>{found.trainer_open}</td>"
        f'<td class="trust {TRUST_CLASS[trust]}" title="{said}">{TRUST_SYMBOL[trust]} '
        f"{escape(pick(language, *TRUST_WORDS[trust]))}</td></tr>"
    )
