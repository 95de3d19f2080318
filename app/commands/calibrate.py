"""``yitai calibrate``: sheets, lens, floor, person, and the check of what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.calibrating.against import Checked, CheckTask, check_file
from app.calibrating.aside import aside
from app.calibrating.cameras import FloorTask, LensTask, PersonTask, floor_camera, lens_camera, person_camera
from app.calibrating.made import Made
from app.calibrating.outcome import describe, preview, say_findings
from app.calibrating.pictures import files_of
from app.session import EXIT_OK, Session, require
from calibration.errors import CameraError
from calibration.sheets import SHEETS, sheet_pdf
from vision.files import atomic_write


def print_sheets(sheets: Sequence[str], out: Path, session: Session) -> int:
    """Write PDF sheets into a folder."""
    unknown = [sheet for sheet in sheets if sheet not in SHEETS]
    known = ", ".join(SHEETS)
    require(
        not unknown,
        f"没有标定纸 {', '.join(unknown)}；可用：{known}",
        f"no sheet {', '.join(unknown)}; known: {known}",
    )
    for sheet in sheets or SHEETS:
        path = out / f"{sheet}.pdf"
        atomic_write(path, sheet_pdf(sheet))
        session.say(f"已写入 {path}", f"written to {path}")
    session.say(
        "请按 100% 比例打印，量一下 100 毫米标尺线；若不是 100 毫米，标定时用 --ruler-mm 给出量得的长度",
        "print at 100 % and measure the ruler line; if it is not 100 mm, give its length as --ruler-mm later",
    )
    return EXIT_OK


def make_lens(inputs: Sequence[str], out: Path, ruler_mm: float, session: Session) -> int:
    """Lens file from pictures of the ChArUco board."""
    made = lens_camera(LensTask(files_of(inputs), ruler_mm))
    made.save(out)
    session.say(
        f"已写入 {out}：{made.zh}。它只知道镜头；位置还要用 calibrate floor 或 person 加 --lens 标定",
        f"written to {out}: {made.en}. It knows the lens only: go on with calibrate floor or person --lens",
    )
    return EXIT_OK


def make_floor(
    inputs: Sequence[str], out: Path, lens: Path | None, ruler_mm: float, picture: Path | None, session: Session
) -> int:
    """Camera file from pictures of the floor sheet."""
    return _finish(floor_camera(FloorTask(files_of(inputs), ruler_mm, lens)), out, picture, session)


def make_person(
    inputs: Sequence[str],
    out: Path,
    height_cm: float,
    lens: Path | None,
    use_room: bool,
    picture: Path | None,
    session: Session,
) -> int:
    """Camera file from a person of known height."""
    made: Made = aside(person_camera, PersonTask(files_of(inputs), height_cm, lens, use_room))
    return _finish(made, out, picture, session)


def _finish(made: Made, out: Path, picture: Path | None, session: Session) -> int:
    """Save it, draw it, say it, warn of what is odd and how to do better."""
    made.save(out)
    if made.picture_bgr is not None:
        preview(made.picture_bgr, made.camera, picture, made.spots_m)
    session.say(f"已写入 {out}：{made.zh}", f"written to {out}: {made.en}")
    say_findings(made.findings, session)
    words = made.advice()
    if words is not None:
        session.warn(*words)
    return EXIT_OK


def check_camera_file(
    file: Path, inputs: Sequence[str], height_cm: float | None, picture: Path | None, session: Session
) -> int:
    """Say what a camera file holds and whether it is believable, alone or against pictures of its camera."""
    task = CheckTask(file, files_of(inputs) if inputs else (), height_cm)
    checked: Checked = aside(check_file, task) if inputs else check_file(task)
    if checked.picture_bgr is not None:
        preview(checked.picture_bgr, checked.camera, picture)
    zh, en = describe(checked.camera)
    if not checked.findings:
        session.say(f"{file}：没有问题；{zh}", f"{file}: sound; {en}")
        return EXIT_OK
    session.say(f"{file}：{zh}", f"{file}: {en}")
    return say_findings(checked.findings, session)


def require_height(height_cm: float | None) -> float:
    """The height that a command cannot do without."""
    if height_cm is None or not 100 <= height_cm <= 230:
        raise CameraError(
            "--height-cm: give the person's height in centimetres, 100 to 230",
            "请用 --height-cm 给出身高（100 至 230）",
        )
    return height_cm
