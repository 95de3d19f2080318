"""The report as one HTML file: no network, both languages inside, pictures embedded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import PurePath

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from vision.quantities import VERDICT_TEXT
from vision.report.model import Report, StillEvidence
from vision.report.page import Both, chart_views, segment_view, to_work_on
from vision.report.routineform import routine_lines
from vision.report.wording import LEVEL_MEANING, LEVEL_TEXT, typeset
from vision.types import Series, Verdict

_RING_LENGTH = 326.7  # of a circle of radius 52
_LEVEL_STEPS = {"none": 1, "person": 2, "floor": 3, "full": 4}
_MANUAL_NOTE: Both = {
    "zh": "这些条款镜头无法判断，请目测后勾选。",
    "en": "No camera can decide these clauses: look, then tick.",
}
_UNSUPPORTED_NOTE: Both = {
    "zh": "这些条款程序目前还不能测量，请目测后勾选。",
    "en": "The program cannot measure these yet: look, then tick.",
}


def asset(name: str) -> str:
    """A text file shipped beside this module."""
    return (files("vision.report") / "assets" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def headline(report: Report) -> Both:
    """The outcome in one sentence."""
    counts = {verdict: report.overall.counts.get(verdict.value, 0) for verdict in Verdict}
    if report.overall.verdict is Verdict.PASS:
        return {"zh": "测到的项目全部符合标准", "en": "Everything that was measured meets the standard"}
    if report.overall.verdict is Verdict.FAIL:
        n = counts[Verdict.FAIL]
        return {
            "zh": f"有 {n} 项不符合标准",
            "en": f"{n} {'check does' if n == 1 else 'checks do'} not meet the standard",
        }
    if report.overall.verdict is Verdict.UNCERTAIN:
        n = counts[Verdict.UNCERTAIN]
        return {"zh": f"没有不符合项，有 {n} 项无法判定", "en": f"Nothing failed; {n} undecided"}
    return {"zh": "没有可以判定的项目", "en": "Nothing could be judged"}


def score_note(report: Report) -> Both:
    """What the score stands on."""
    share = report.overall.unmeasured_share
    percent = f"{share * 100:.0f} %" if share == share else "–"
    if report.overall.value is None:
        return {"zh": f"没有得分：{percent} 的分值无法判定", "en": f"no score: {percent} of the weight is undecided"}
    return {
        "zh": f"只计已判定的项目；{percent} 的分值未测得或无法判定",
        "en": f"of what was decided; {percent} of the weight was not measured or is undecided",
    }


def provenance(report: Report) -> list[tuple[Both, str]]:
    """Where the result comes from, row by row."""
    source = report.source
    width, height = source.size_wh
    facts = [f"{width} × {height}", f"{source.frames} frames"]
    if source.duration_s is not None:
        facts.append(f"{source.duration_s:.2f} s")
    if source.fps is not None:
        facts.append(f"{source.fps:.2f} fps")
    if source.rotation_deg:
        facts.append(f"rotated {source.rotation_deg}°")
    subject = report.subject
    person = [f"{subject.height_cm:g} cm"] if subject.height_cm is not None else []
    person += [subject.sex] if subject.sex else []
    timing = [f"{stage} {seconds:.2f} s" for stage, seconds in report.timing.items()]
    rows: list[tuple[Both, str]] = [
        ({"zh": "文件", "en": "File"}, source.path),
        ({"zh": "SHA-256", "en": "SHA-256"}, source.sha256),
        ({"zh": "画面", "en": "Picture"}, ", ".join(facts)),
        ({"zh": "被测者", "en": "Subject"}, ", ".join(person)),
        ({"zh": "程序", "en": "Program"}, f"yitai {report.program.version}, {report.program.model}"),
        (
            {"zh": "标准", "en": "Standard"},
            f"{report.standard.id} {report.standard.version} ({report.standard.hash})",
        ),
        ({"zh": "相机文件", "en": "Camera file"}, _camera(report)),
        ({"zh": "用时", "en": "Time spent"}, ", ".join(timing)),
    ]
    return [(name, value) for name, value in rows if value]


def _camera(report: Report) -> str:
    calibration = report.calibration
    known = [calibration.level, calibration.method, calibration.file_hash or ""]
    known += [f"{name} ± {sigma * 2:g}" for name, sigma in calibration.sigma.items()]
    return ", ".join(part for part in known if part)


def render_html(
    report: Report, series: Series | None = None, stills: Sequence[StillEvidence] = (), language: str = "zh"
) -> str:
    """The whole page; ``language`` (zh or en) is the one shown first."""
    value = report.overall.value
    file_name = PurePath(report.source.path).name
    manual = [item for item in report.manual_items if item.why == "manual"]
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            language=language,
            title=f"{report.subject.trainee or file_name} · 仪态测评报告",
            css=Markup(asset("report.css")),
            js=Markup(asset("report.js")),
            overall=report.overall.verdict.value,
            headline=headline(report),
            file_name=file_name,
            created=report.created.replace("T", " ")[:16],
            counts={verdict.value: report.overall.counts.get(verdict.value, 0) for verdict in Verdict},
            verdicts={verdict.value: {"zh": zh, "en": en} for verdict, (zh, en) in VERDICT_TEXT.items()},
            score="–" if value is None else f"{value:.0f}",
            ring=0 if value is None else round(value / 100 * _RING_LENGTH, 1),
            score_note=score_note(report),
            first=to_work_on(report),
            level=LEVEL_TEXT[report.calibration.level],
            level_meaning=LEVEL_MEANING[report.calibration.level],
            level_steps=_LEVEL_STEPS[report.calibration.level],
            routine=routine_lines(report.routine),
            segments=[segment_view(segment, number, stills) for number, segment in enumerate(report.segments)],
            charts=chart_views(report, series),
            manual=manual,
            unsupported=[item for item in report.manual_items if item.why != "manual"],
            manual_note=_MANUAL_NOTE,
            unsupported_note=_UNSUPPORTED_NOTE,
            provenance=provenance(report),
            typeset=typeset,
        )
    )
