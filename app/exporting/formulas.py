"""The words of Excel for what the program does: verdicts from intervals, units of alternatives, scores.

Each formula says what `vision.standard` would; tests have LibreOffice calculate them and hold both together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vision.report.wording import Language, band, verdict_text, word_text
from vision.standard.evaluate import MAX_WORD_RISK, judge_number, judge_word
from vision.types import Check, Verdict

_ROUNDING = "1E-9"  # limits are decimal numbers, as in `vision.standard.evaluate`


def words_of(language: Language) -> dict[Verdict, str]:
    """The verdicts as they stand in cells."""
    return {verdict: verdict_text(verdict, language) for verdict in Verdict}


def quoted(text: str) -> str:
    """A text inside a formula."""
    return '"' + text.replace('"', '""') + '"'


def says(check: Check) -> Verdict:
    """What the formula of a check comes to; it stands in the sheet only where the program said the same."""
    if check.value is None or check.u is None:
        return Verdict.NOT_MEASURED
    if isinstance(check.value, str):
        return judge_word(check.value, check.u, [one for one in check.accept if isinstance(one, str)])
    return judge_number(check.value, check.u, *band(check))


def check_formula(check: Check, cells: Mapping[str, str], language: Language) -> str:
    """The verdict of one check from the cells of its row: ``low``, ``high``, ``value`` and ``u``."""
    word = {verdict: quoted(text) for verdict, text in words_of(language).items()}
    value, u = cells["value"], cells["u"]
    if isinstance(check.value, str):
        accepted = [quoted(word_text(one, language)) for one in check.accept if isinstance(one, str)]
        right = f"OR({','.join(f'{value}={one}' for one in accepted)})"
        outcome = f"IF({right},{word[Verdict.PASS]},{word[Verdict.FAIL]})"
        return (
            f'=IF({value}="",{word[Verdict.NOT_MEASURED]},IF({u}>{MAX_WORD_RISK},{word[Verdict.UNCERTAIN]},{outcome}))'
        )
    low, high = cells["low"], cells["high"]
    inside = f'AND(OR({low}="",{value}-{u}>={low}-{_ROUNDING}),OR({high}="",{value}+{u}<={high}+{_ROUNDING}))'
    outside = f'OR(AND({low}<>"",{value}+{u}<{low}-{_ROUNDING}),AND({high}<>"",{value}-{u}>{high}+{_ROUNDING}))'
    return (
        f'=IF({value}="",{word[Verdict.NOT_MEASURED]},IF({inside},{word[Verdict.PASS]},'
        f"IF({outside},{word[Verdict.FAIL]},{word[Verdict.UNCERTAIN]})))"
    )


def first_of(cells: Sequence[str], order: Sequence[Verdict], language: Language, otherwise: Verdict) -> str:
    """The first verdict of an order that any of the cells has."""
    word = words_of(language)
    text = quoted(word[otherwise])
    for verdict in reversed(order):
        tests = ",".join(f"{one}={quoted(word[verdict])}" for one in cells)
        text = f"IF(OR({tests}),{quoted(word[verdict])},{text})"
    return text


def option_formula(cells: Sequence[str], language: Language) -> str:
    """Of one option of a group: one failure fails it, one gap leaves it open."""
    order = (Verdict.FAIL, Verdict.NOT_MEASURED, Verdict.UNCERTAIN)
    return "=" + first_of(cells, order, language, Verdict.PASS)


def group_formula(options: Sequence[str], language: Language) -> str:
    """Of a group: one option is enough; options that differ and do not pass leave it open."""
    word = words_of(language)
    some = f"OR({','.join(f'{one}={quoted(word[Verdict.PASS])}' for one in options)})"
    same = f"AND({','.join(f'{one}={options[0]}' for one in options)})"
    return f"=IF({some},{quoted(word[Verdict.PASS])},IF({same},{options[0]},{quoted(word[Verdict.UNCERTAIN])}))"


def score_formula(weights: str, takes: str, verdicts: str, take: str, language: Language) -> str:
    """0 to 100 over what was decided; empty where nothing was."""
    word = words_of(language)
    passed = f"SUMIFS({weights},{takes},{take},{verdicts},{quoted(word[Verdict.PASS])})"
    failed = f"SUMIFS({weights},{takes},{take},{verdicts},{quoted(word[Verdict.FAIL])})"
    return f'=IF({passed}+{failed}=0,"",100*{passed}/({passed}+{failed}))'


def overall_formula(counts: Mapping[Verdict, str], wrong: str, language: Language) -> str:
    """Fail if anything fails or a manual item was seen to be wrong, else what is left open, else pass."""
    word = words_of(language)
    open_ = quoted(word[Verdict.UNCERTAIN])
    passed, nothing = quoted(word[Verdict.PASS]), quoted(word[Verdict.NOT_MEASURED])
    inner = f"IF({counts[Verdict.UNCERTAIN]}>0,{open_},IF({counts[Verdict.PASS]}>0,{passed},{nothing}))"
    return f"=IF(OR({counts[Verdict.FAIL]}>0,{wrong}>0),{quoted(word[Verdict.FAIL])},{inner})"
