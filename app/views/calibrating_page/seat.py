"""A seat added to a camera file: four clicked corners, somebody who sits all the way back, or the sheet on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.calibrating.made import Made
from app.calibrating.seats import SeatTask, seat_camera
from app.components.camera_picture import overlay_lines
from app.components.point_picker import point_picker
from app.presenter.calibrate import Number
from app.presenter.calibrate_stops import sitting_stop, still_stop
from app.texts import literal
from app.views.calibrating_page.lenses import choose_camera, known_cameras, readable
from app.views.calibrating_page.outcome import free_path, save_camera_as, show_error_of
from app.views.calibrating_page.parts import (
    USER_ERRORS,
    choice_entry,
    compute_button,
    drawn,
    heading,
    number_entry,
    numbers,
    picture,
    pictures,
    problem,
    shown,
    start,
    watch,
)
from app.views.calibrating_page.state import Step, go, recordings, step_of, stills
from app.views.context import language, places, preferences, say
from calibration.camera import Camera, for_size
from calibration.check import check_camera, errors
from calibration.errors import CameraError
from calibration.seat import in_sitters_order

KEY = "seat"
CLICK, SIT, SHEET = "click", "sit", "sheet"
HEIGHT_CM, DEPTH_CM = (25.0, 70.0), (25.0, 70.0)


def show() -> None:
    """The step."""
    step = step_of(KEY)
    heading(
        KEY,
        say(
            "告诉程序椅面在哪里：有了它，才能判断坐了椅面的几分之几。",
            "Tell where the top of the seat is: only then can it be said how much of it is sat on.",
        ),
    )
    show_error_of(step)
    cameras = [one for one in known_cameras() if (camera := readable(one)) and camera.level != "none"]
    if not cameras:
        st.info(say("先要有一个标定好的相机。", "A calibrated camera is needed first."), icon=":material/info:")
        st.button(say("去标定相机", "Calibrate the camera"), type="primary", on_click=go, args=("person",))
    elif step.running is not None:
        watch(step, say("正在看人坐在哪里……", "Looking where the person sits…"))
    elif step.result is not None:
        _outcome(step)
    else:
        _take(step, cameras)


def _take(step: Step, cameras: list[Path]) -> None:
    left, right = st.columns([4, 8], gap="large")
    with left:
        step.entries.setdefault("camera", preferences().camera)
        file = choose_camera(step, "camera", say("加到哪个相机", "Which camera"), cameras)
        assert file is not None
        names = {
            CLICK: say("点四个角", "Click the corners"),
            SIT: say("坐满两秒", "Sit all the way back"),
            SHEET: say("座面放纸", "Sheet on the seat"),
        }
        way = choice_entry(step, "way", say("怎样找到椅面", "How to find it"), (CLICK, SIT, SHEET), names.__getitem__)
        with st.container(horizontal=True):
            height_cm = number_entry(
                step, "height_cm", say("座高（厘米）", "Seat height (cm)"), HEIGHT_CM, by=0.5,
                placeholder="45", help=say("地面到椅面前沿上表面", "From the floor to the top of the front edge"),
            )  # fmt: skip
            depth_cm = number_entry(
                step, "depth_cm", say("座深（厘米）", "Seat depth (cm)"), DEPTH_CM, by=0.5,
                placeholder="42", help=say("椅面前沿到椅背", "From the front edge to the backrest"),
            )  # fmt: skip
        if way == SHEET:
            edge_cm = number_entry(
                step, "edge_cm", say("纸中心到前沿（厘米）", "Middle of the sheet to the front edge (cm)"), (5.0, 60.0),
                by=0.5, placeholder="21",
            )  # fmt: skip
        else:
            edge_cm = None
    if height_cm is None:
        with right:
            st.info(say("先填座高。", "Fill in the seat's height first."), icon=":material/straighten:")
        return
    task = SeatTask(file, height_cm / 100, None if depth_cm is None else depth_cm / 100, front_edge_cm=edge_cm)
    if way == CLICK:
        _click(step, task, left, right)
    else:
        _record(step, task, way, left, right)


def _click(step: Step, task: SeatTask, left: DeltaGenerator, right: DeltaGenerator) -> None:
    """A still, four clicks, and the seat drawn at once."""
    image = _still(step, right)
    if image is None:
        return
    url, size_wh = image
    points = step.entries.get("points", ())
    made = _seat_of(task, points, size_wh, left)
    with right:
        fits = None if made is None else for_size(made.camera, size_wh)
        lines = [] if fits is None else [line for line in overlay_lines(fits) if line["kind"] == "seat"]
        names = (
            say("前沿一角", "one end of the front edge"),
            say("前沿另一角", "the other end of the front edge"),
            say("后沿一角", "one end of the back edge"),
            say("后沿另一角", "the other end of the back edge"),
        )
        picked = point_picker(f"calibrate-points-{step.round}", language(), url, size_wh, names, points, lines=lines)
        if picked is not None and picked != points:
            step.entries["points"], step.saved = picked, None
            st.rerun()
        if st.button(say("换一张画面", "Another picture"), key="seat-other", icon=":material/refresh:"):
            _forget_still(step)
            st.rerun()


def _forget_still(step: Step) -> None:
    for name in ("points", "still"):
        step.entries.pop(name, None)
    step.again()


def _still(step: Step, right: DeltaGenerator) -> tuple[str, tuple[int, int]] | None:
    """Address and size of the picture to click in; None while there is none."""
    kept: tuple[str, tuple[int, int]] | None = step.entries.get("still")
    if kept is not None:
        return kept
    with right:
        hint = ("让椅面四个角都看得见", "All four corners of the seat must be seen")
        pictures(
            step, f"{KEY}-click", still_stop(language(), hint), guide="seat", wait_s=3, mirror=False, hint=say(*hint)
        )
    if not step.has_pictures:
        return None
    try:
        step.entries["still"] = _first_picture(stills(step)[0])
    except USER_ERRORS as error:
        step.error = error
        step.bursts, step.uploads = {}, ()
    st.rerun()
    return None


def _first_picture(file: Path) -> tuple[str, tuple[int, int]]:
    """Upright as the program reads it (a phone's photo may be turned), the first frame of a video."""
    from app.calibrating.pictures import sampled

    frame = next(iter(sampled([file])))
    return shown(frame.image_bgr), frame.size_wh


def _seat_of(
    task: SeatTask, points: tuple[tuple[float, float], ...], size_wh: tuple[int, int], left: DeltaGenerator
) -> Made | None:
    """The camera with the clicked seat, shown beside with its numbers and saved on request."""
    with left:
        if len(points) < 4:
            st.caption(
                say(
                    "先点前沿的两个角，再点后沿的两个角。",
                    "First the two ends of the front edge, then those of the back.",
                )
            )
            return None
        try:
            camera = for_size(readable_or_raise(task.camera), size_wh)
            ordered = in_sitters_order(camera, np.array(points), task.height_m)
            made = seat_camera(replace(task, corners_px=ordered, size_wh=size_wh))
        except CameraError as error:
            problem(error)
            return None
        with st.container(key="calibrate-after"):
            _numbers_and_save(step_of(KEY), made, task.camera)
        return made


def readable_or_raise(path: Path) -> Camera:
    """The camera of a file; CameraError when it is broken."""
    from calibration.files import load_camera

    return load_camera(path)


def _record(step: Step, task: SeatTask, way: str, left: DeltaGenerator, right: DeltaGenerator) -> None:
    with right:
        if way == SIT:
            hint = say("一段坐满椅面两秒以上的录像", "A video of sitting all the way back for two seconds or more")
            stops = sitting_stop(language())
        else:
            hint = say("A4 标定纸平放在座面上，箭头朝后", "The A4 floor sheet flat on the seat, arrow to the back")
            stops = still_stop(
                language(), ("A4 标定纸平放在座面上，箭头朝后", "The A4 sheet flat on the seat, arrow to the back")
            )
        complete = pictures(step, f"{KEY}-{way}", stops, guide="seat", wait_s=10 if way == SIT else 3, hint=hint)
    with left:
        if way == SIT:
            st.caption(
                say(
                    "这种方法前沿可能差 8 至 9 厘米；能看见四个角时，点角更准。",
                    "This way the front edge may be 8 to 9 cm off; where the corners can be seen, clicking is surer.",
                )
            )
        asked = compute_button("seat", say("开始解算", "Work it out"), step.has_pictures)
    if asked or complete:

        def ready() -> SeatTask:
            if way == SHEET:
                return replace(task, sheet=stills(step))
            return replace(
                task,
                deep_sit=recordings(step),
                person_height_cm=preferences().height_cm,
                sex=preferences().sex,
            )

        start(step, seat_camera, ready)
        step.entries["file"] = str(task.camera)
        st.rerun()


def _outcome(step: Step) -> None:
    made: Made = step.result
    left, right = st.columns([5, 7], gap="large")
    with left:
        _numbers_and_save(step, made, Path(step.entries["file"]))
        st.button(say("重新拍摄", "Take it again"), key="again-seat", icon=":material/refresh:", on_click=step.again)
    with right:
        if not step.picture and made.picture_bgr is not None:
            step.picture = drawn(made.picture_bgr, made.camera)
        picture(step.picture, say("绿框应落在椅面上。", "The green outline should lie on the seat."))


def _numbers_and_save(step: Step, made: Made, file: Path) -> None:
    seat = made.camera.seat
    assert seat is not None
    width_cm = 100 * float(np.linalg.norm(seat.front_left - seat.front_right))
    numbers(
        [
            Number(say("座高", "Height"), f"{100 * seat.height_m:.0f} cm", "", None),
            Number(say("座深", "Depth"), f"{100 * seat.depth_m:.0f} cm", "", None),
            Number(say("座宽", "Width"), f"{width_cm:.0f} cm", "", None),
        ],
        small=True,
    )
    if step.saved is not None:
        st.success(
            say(
                f"已加到「{literal(step.saved.stem)}」并启用。",
                f"Added to “{literal(step.saved.stem)}”, which is in use.",
            ),
            icon=":material/check_circle:",
        )
        return
    if errors(check_camera(made.camera)):
        st.caption(say("这样的座椅不能保存。", "A seat like this is not saved."))
        return
    if st.button(
        say(f"加到「{file.stem}」", f"Add to “{file.stem}”"), key="save-seat", type="primary", icon=":material/check:"
    ):
        out = file if file.is_relative_to(places().cameras) else free_path(places().cameras, file.stem)
        save_camera_as(step, made, out)
        st.rerun()
