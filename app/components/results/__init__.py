"""A table of results that sorts and filters in the browser; a row opens its report, or asks for Review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.components import renderer
from app.texts import pick


def results(
    key: str, language: str, rows: Sequence[dict[str, Any]], outcomes: Sequence[tuple[str, str, str, int]]
) -> str | None:
    """Show ``rows`` (see `app.presenter.batch.table_row`); the key of the row to open in Review, just asked for.

    ``outcomes``: key, symbol, word and count of each, for the filter.
    """
    words = {
        "outcome": pick(language, "结论", "Verdict"),
        "name": pick(language, "录像", "Recording"),
        "drills": pick(language, "动作", "Drills"),
        "score": pick(language, "得分", "Score"),
        "counts": pick(language, "检查项", "Checks"),
        "report": pick(language, "报告", "Report"),
        "review": pick(language, "回看", "Review"),
        "find": pick(language, "按文件名或姓名查找", "Find a file or trainee"),
        "all": pick(language, "全部", "All"),
        "more": pick(language, "显示更多", "Show more"),
        "none": pick(language, "没有符合条件的录像", "No recording matches"),
        "count_words": [
            pick(language, zh, en)
            for zh, en in (("符合", "pass"), ("不符合", "fail"), ("无法判定", "uncertain"), ("未测得", "not measured"))
        ],
        "new_tab": pick(language, "在新标签页打开", "opens in a new tab"),
    }
    result = renderer("results")(
        key=key,
        data={"rows": list(rows), "outcomes": [list(one) for one in outcomes], "words": words},
        default={},
        on_review_change=lambda: None,
    )
    asked = result.get("review")
    return str(asked) if asked else None
