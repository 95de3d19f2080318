"""The sub-commands of ``yitai calibrate``; each is a thin call of a function in `app.commands`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli_options import LanguageOption, Sex, session_of

calibrate = typer.Typer(help="Make and check camera files. 相机标定。", no_args_is_help=True)


Pictures = Annotated[list[str], typer.Argument(metavar="INPUT...", help="Pictures or videos. 图片或视频。")]
Out = Annotated[Path, typer.Option(metavar="FILE.json", help="The file to write. 输出文件。")]
Lens = Annotated[Path | None, typer.Option(metavar="FILE", help="Lens file of calibrate board. 镜头文件。")]
Ruler = Annotated[float, typer.Option(metavar="MM", help="The printed 100 mm line as measured. 标尺实测长度。")]
Preview = Annotated[
    Path | None, typer.Option(metavar="FILE.jpg", help="Picture with floor grid and 1.7 m pole. 预览图。")
]
SexOption = Annotated[Sex | None, typer.Option(help="f or m. 性别。")]


@calibrate.command("print")
def print_sheets(
    context: typer.Context,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the PDF files go. 输出文件夹。")],
    sheets: Annotated[
        list[str] | None, typer.Argument(metavar="[SHEET...]", help="board-a4, floor-poster...; by default all. 名称。")
    ] = None,
    language: LanguageOption = None,
) -> int:
    """PDF sheets to print: boards for the lens, floor sheets. 打印标定纸。"""
    from app.commands.calibrate import print_sheets

    return print_sheets(sheets or (), out, session_of(context, language))


@calibrate.command()
def board(
    context: typer.Context, inputs: Pictures, out: Out, ruler_mm: Ruler = 100.0, language: LanguageOption = None
) -> int:
    """The lens, from the board waved about before the camera. 镜头标定。"""
    from app.commands.calibrate import make_lens

    return make_lens(inputs, out, ruler_mm, session_of(context, language))


@calibrate.command()
def floor(
    context: typer.Context,
    inputs: Pictures,
    out: Out,
    lens: Lens = None,
    ruler_mm: Ruler = 100.0,
    preview: Preview = None,
    language: LanguageOption = None,
) -> int:
    """Height and tilt of the camera, from the floor sheet. 地面标定。"""
    from app.commands.calibrate import make_floor

    return make_floor(inputs, out, lens, ruler_mm, preview, session_of(context, language))


@calibrate.command()
def person(
    context: typer.Context,
    inputs: Pictures,
    out: Out,
    height_cm: Annotated[float, typer.Option(metavar="CM", help="The person's height without shoes. 净身高。")],
    lens: Lens = None,
    room: Annotated[bool, typer.Option(help="Use the room's straight edges. 利用房间直线。")] = True,
    preview: Preview = None,
    language: LanguageOption = None,
) -> int:
    """Height and tilt of the camera, from somebody who stands upright. 人体标定。"""
    from app.commands.calibrate import make_person, require_height

    session = session_of(context, language)
    return make_person(inputs, out, require_height(height_cm), lens, room, preview, session)


@calibrate.command()
def seat(
    context: typer.Context,
    calibration: Annotated[Path, typer.Option(metavar="FILE", help="Camera file to add the seat to. 相机文件。")],
    out: Out,
    seat_height_cm: Annotated[float, typer.Option(metavar="CM", help="Top of the seat above the floor. 座高。")],
    seat_depth_cm: Annotated[float | None, typer.Option(metavar="CM", help="Front edge to back. 座深。")] = None,
    corner: Annotated[
        list[str] | None,
        typer.Option(metavar="X,Y", help="Four times: front left, front right, back right, back left. 座面四角。"),
    ] = None,
    deep_sit: Annotated[
        list[str] | None, typer.Option(metavar="INPUT", help="Somebody who sits all the way back. 坐满的录像。")
    ] = None,
    sheet: Annotated[
        list[str] | None, typer.Option(metavar="INPUT", help="The floor sheet lies on the seat. 座面上放标定纸。")
    ] = None,
    front_edge_cm: Annotated[
        float | None, typer.Option(metavar="CM", help="From the sheet's middle to the front edge. 纸中心到前沿。")
    ] = None,
    person_height_cm: Annotated[float | None, typer.Option(metavar="CM", help="Of the sitter. 坐者身高。")] = None,
    sex: SexOption = None,
    preview: Preview = None,
    language: LanguageOption = None,
) -> int:
    """Where a seat of known height is. 座椅标定。"""
    from app.commands.calibrate_body import SeatRequest, make_seat

    request = SeatRequest(
        calibration, seat_height_cm, seat_depth_cm, corner or (), deep_sit or (), sheet or (), front_edge_cm,
        person_height_cm, sex and sex.value,
    )  # fmt: skip
    return make_seat(request, out, preview, session_of(context, language))


@calibrate.command()
def neutral(
    context: typer.Context,
    recording: Annotated[Path, typer.Argument(metavar="INPUT", help="Two seconds of standing. 两秒自然站立。")],
    out: Out,
    height_cm: Annotated[float | None, typer.Option(metavar="CM", help="The trainee's height. 身高。")] = None,
    sex: SexOption = None,
    trainee: Annotated[str | None, typer.Option(help="Whose neutral it is. 学员。")] = None,
    calibration: Annotated[Path | None, typer.Option(metavar="FILE", help="Camera file. 相机文件。")] = None,
    language: LanguageOption = None,
) -> int:
    """A trainee's own upright posture. 自然站姿。"""
    from app.commands.calibrate_body import make_neutral_file
    from vision.types import Subject

    subject = Subject(trainee, height_cm, sex and sex.value)
    return make_neutral_file(recording, out, calibration, subject, session_of(context, language))


@calibrate.command()
def check(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Camera file. 相机文件。")],
    inputs: Annotated[
        list[str] | None, typer.Argument(metavar="[INPUT...]", help="Pictures of this camera. 该相机的画面。")
    ] = None,
    height_cm: Annotated[float | None, typer.Option(metavar="CM", help="Height of who is in them. 身高。")] = None,
    preview: Preview = None,
    language: LanguageOption = None,
) -> int:
    """Whether a camera file is sound and fits its pictures. 检查相机文件。"""
    from app.commands.calibrate import check_camera_file

    return check_camera_file(file, inputs or (), height_cm, preview, session_of(context, language))
