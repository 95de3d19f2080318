"""Points clicked into a picture: mouse, touch or keys, with a lens; in the picture's own pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.components import renderer
from app.texts import pick

Point = tuple[float, float]


def point_picker(
    key: str,
    language: str,
    image_url: str,
    size_wh: tuple[int, int],
    names: Sequence[str],
    points: Sequence[Point] = (),
    *,
    lines: Sequence[dict[str, Any]] = (),
) -> tuple[Point, ...] | None:
    """Show the picture and ask for one point per name; ``points`` is where they start.

    What has been set so far, in order; None while nothing was changed since the component is on the page.
    """
    words = {
        "click": pick(language, "请点", "Click"),
        "done": pick(language, "四个点都有了：拖动可以微调", "All points are set; drag them to adjust"),
        "help": pick(
            language,
            "拖动可移动；选中后用方向键每次移动 1 像素，按住 Shift 移动 10 像素；Delete 删除最后一点",
            "Drag to move; arrow keys move the chosen point by 1 pixel, with Shift by 10; Delete takes the last away",
        ),
        "undo": pick(language, "撤销一点", "Take one back"),
        "clear": pick(language, "全部重点", "Start again"),
        "frame": pick(
            language, "取点画面：按回车在中间放一个点", "Picture to set points in: Enter puts one in the middle"
        ),
    }
    width, height = size_wh
    result = renderer("point_picker")(
        key=key,
        data={
            "image": image_url, "width": width, "height": height, "names": list(names),
            "points": [list(point) for point in points], "words": words, "lines": list(lines),
        },
        default={"points": None},
        on_points_change=lambda: None,
    )  # fmt: skip
    return parse_points(result.get("points"), len(names))


def parse_points(entries: object, most: int) -> tuple[Point, ...] | None:
    """Points as the browser sends them; None for anything else."""
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return None
    found = []
    for entry in entries:
        if not isinstance(entry, Sequence) or len(entry) != 2:
            return None
        found.append((float(entry[0]), float(entry[1])))
    return tuple(found[:most])
