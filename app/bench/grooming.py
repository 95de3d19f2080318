"""``yitai bench accuracy --grooming``: the grooming checks on portraits whose truth is known, as a Markdown page.

Every portrait is read as it is, in poor light, in one-sided lamp light, and from a poor camera. A portrait that the
head's thresholds were fitted on is judged by those of the fold that was fitted without it.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.bench.machine import describe
from calibration.camera import Camera
from calibration.files import load_camera
from vision.errors import ManifestError, NoPersonError
from vision.grooming.examine import measure_portrait
from vision.grooming.head import ALL as HEAD_CHECKS
from vision.grooming.head import SEEN_FROM
from vision.grooming.learned import fold_of_picture
from vision.grooming.portrait import PortraitReader
from vision.grooming.seen import Facing, Portrait
from vision.grooming.shares import BELOW_CM, DOWN_TO_CM
from vision.types import ImageBgr, Measurement, Subject

PLAIN, DIM, WARM, SMALL = "plain", "dim", "lamp", "small"
VARIANTS = {
    PLAIN: "as rendered",
    DIM: "a third of the light, with noise",
    WARM: "warm light from one side",
    SMALL: "a third of the resolution, with noise",
}
SHARE_LIMITS = {
    "hair_forehead": 0.2,
    "hair_brow": 0.1,
    "hair_ear_left": 0.5,
    "hair_ear_right": 0.5,
    "hair_collar": 0.1,
    "hair_below_chin": 0.5,
}
LOWEST_HAIR_CM = BELOW_CM + SHARE_LIMITS["hair_below_chin"] * (DOWN_TO_CM - BELOW_CM)  # what that limit means
GOOD_WORDS = {
    "hair_present": "yes",
    "hair_colour": "natural",
    "beard": "no",
    "sunglasses": "no",
    "badge_present": "yes",
    "badge_side": "left",
    "tie_present": "yes",
    "scarf_present": "yes",
    "coat_front": "closed",
}
FRONT_ONLY = ("badge_present", "badge_side", "tie_present", "scarf_present", "coat_front")
HAIR_FAMILY = {
    "black": "black, dark brown",
    "darkbrown": "black, dark brown",
    "brown": "brown, blond",
    "blonde": "brown, blond",
    "grey": "grey, white",
    "white": "grey, white",
    None: "none",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check on one picture: what the truth deserves (True = meets the rule) and what was said (None = nothing)."""

    name: str
    good: bool
    said: bool | None
    variant: str
    facing: str
    groups: dict[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything found, how often nobody or another side was seen, and the time a still takes."""

    findings: tuple[Finding, ...]
    pictures: int
    nobody: int
    turned: int
    seconds: tuple[float, ...]
    badge_errors_cm: tuple[tuple[float, float], ...]  # |error|, u; as rendered


@cache
def true_good(name: str, truth: str) -> bool | None:
    """Whether a portrait (its truth as JSON) meets the rule on a quantity; None where its truth does not say."""
    a = json.loads(truth)
    plain: dict[str, Callable[[], bool | None]] = {
        "hair_collar": lambda: not a["hair_on_collar"],
        "hair_below_chin": lambda: (a["hair_lowest_below_chin_cm"] or 0.0) <= LOWEST_HAIR_CM,
        "hair_present": lambda: a["hairstyle"] != "bald",
        "hair_colour": lambda: None if a["hair_colour"] is None else not a["hair_colour"].startswith("dyed"),
        "beard": lambda: a["beard"] == "none",
        "sunglasses": lambda: not a["sunglasses"],
        "badge_present": lambda: bool(a["badge"]["present"]),
        "badge_side": lambda: a["badge"]["side"] == "left" if a["badge"]["present"] else None,
        "tie_present": lambda: bool(a["tie"]),
        "scarf_present": lambda: bool(a["scarf"]),
        "coat_front": lambda: None if a["coat_open"] is None else not a["coat_open"],
    }
    if name in plain:
        return plain[name]()
    share = a.get(name)
    return None if share is None else bool(share <= SHARE_LIMITS[name])


def said(name: str, measurement: Measurement | None) -> bool | None:
    """What a measurement says of the rule; None when it abstains or straddles the limit."""
    if measurement is None or measurement.value is None or measurement.u is None:
        return None
    if isinstance(measurement.value, str):
        return measurement.value == GOOD_WORDS[name]
    if measurement.value + measurement.u <= SHARE_LIMITS[name]:
        return True
    return False if measurement.value - measurement.u > SHARE_LIMITS[name] else None


def worsened(image: ImageBgr, variant: str, seed: int) -> ImageBgr:
    """The same picture in poor light, in lamp light, or from a poor camera; same size."""
    rng = np.random.default_rng(seed)
    values: NDArray[np.floating[Any]] = image.astype(np.float32)
    if variant == DIM:
        values = values * 0.35 + rng.normal(0, 5, image.shape)
    elif variant == WARM:
        x = np.linspace(-1, 1, image.shape[1])
        values = values * [0.72, 0.95, 1.12] * (1 + 0.3 * x)[None, :, None]
    elif variant == SMALL:
        height, width = image.shape[:2]
        little = np.asarray(cv2.resize(values, (width // 3, height // 3), interpolation=cv2.INTER_AREA), np.float32)
        little = little + rng.normal(0, 4, little.shape)
        wide = cv2.resize(little.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        values = np.asarray(wide, np.float32)
    if variant == PLAIN:
        return image
    _ok, data = cv2.imencode(".jpg", np.clip(values, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 85])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def run(folder: Path, tick: Callable[[], None] = lambda: None) -> Run:
    """Read every portrait of the folder in every variant; ManifestError when there is none."""
    paths = portraits_in(folder)
    findings: list[Finding] = []
    seconds: list[float] = []
    errors: list[tuple[float, float]] = []
    nobody = turned = 0
    with PortraitReader() as reader:
        for path in paths:
            truth = json.loads(path.with_suffix(".json").read_text("utf-8"))
            image = np.asarray(cv2.imread(str(path)), np.uint8)
            fold = fold_of_picture(digest(path))
            camera = load_camera(path.with_suffix(".camera.json"))
            for variant in VARIANTS:
                start = time.process_time()
                seen = _read(reader, worsened(image, variant, zlib.crc32(path.name.encode())), truth, camera, fold)
                seconds.append(time.process_time() - start)
                portrait, measurements = seen if seen is not None else (None, {})
                nobody += portrait is None
                turned += portrait is not None and portrait.facing != truth["view"]
                findings += _findings(truth, variant, measurements)
                errors += _badge_error(truth, measurements) if variant == PLAIN else []
            tick()
    return Run(tuple(findings), len(paths), nobody, turned, tuple(seconds), tuple(errors))


def portraits_in(folder: Path) -> list[Path]:
    """Portraits with a truth beside them."""
    paths = [path for path in sorted(folder.glob("*.jpg")) if path.with_suffix(".json").is_file()]
    if not paths:
        raise ManifestError(f"{folder}: no portraits with a truth here", f"{folder}：此处没有带真值的人像")
    return paths


def digest(path: Path) -> str:
    """Names a picture by its content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _read(
    reader: PortraitReader, image: ImageBgr, truth: dict[str, Any], camera: Camera, fold: int | None
) -> tuple[Portrait, dict[str, Measurement]] | None:
    subject = Subject(None, truth["height_cm"], truth["attributes"]["sex"])
    try:
        portrait = reader.read(image, camera=camera, subject=subject)
    except NoPersonError:
        return None
    measurements, _regions = measure_portrait(portrait, camera, fold)
    return portrait, measurements


def _findings(truth: dict[str, Any], variant: str, measurements: dict[str, Measurement]) -> Iterator[Finding]:
    attributes = truth["attributes"]
    text = json.dumps(attributes, sort_keys=True)
    facing = Facing(truth["view"])
    groups = {
        "skin tone": attributes["skin_tone"],
        "hair colour": HAIR_FAMILY.get(attributes["hair_colour"], "dyed"),
        "sex": attributes["sex"],
        "light": VARIANTS[variant],
    }
    for name in (*HEAD_CHECKS, *FRONT_ONLY):
        seen_from = SEEN_FROM.get(name, (Facing.FRONT,))
        if name == "hair_brow" or facing not in seen_from:
            continue
        good = true_good(name, text)
        if good is not None:
            yield Finding(name, good, said(name, measurements.get(name)), variant, str(facing), groups)


def _badge_error(truth: dict[str, Any], measurements: dict[str, Measurement]) -> list[tuple[float, float]]:
    drop = measurements.get("badge_drop")
    badge = truth["attributes"]["badge"]
    if drop is None or not isinstance(drop.value, float) or not badge["present"]:
        return []
    return [(abs(drop.value - badge["drop_cm"]), float(drop.u or 0.0))]


def wilson(part: int, whole: int) -> tuple[float, float]:
    """95 % confidence interval of a share (Wilson); 0..1 without any."""
    if whole == 0:
        return 0.0, 1.0
    z, p = 1.96, part / whole
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return max(0.0, middle - half), min(1.0, middle + half)


def page(folder: Path, outcome: Run) -> str:
    """The Markdown page."""
    lines = [*_introduction(folder, outcome)]
    by_variant = {title: [f for f in outcome.findings if f.variant == key] for key, title in VARIANTS.items()}
    for title, findings in by_variant.items():
        lines += ["", f"## {title[0].upper()}{title[1:]}", "", *_table(findings)]
    lines += ["", "## The same verdict for everybody", "", *_fairness(outcome.findings)]
    return "\n".join(lines) + "\n"


def _introduction(folder: Path, outcome: Run) -> Iterator[str]:
    yield "# Grooming checks, measured"
    yield ""
    yield (
        f"Written by `yitai bench accuracy --grooming {folder.name}` on {outcome.pictures} rendered portraits; "
        "do not edit by hand."
    )
    yield ""
    seconds = float(np.median(outcome.seconds))
    yield f"Machine: {describe()}. A still takes {seconds:.2f} s of one core (median, all checks)."
    yield ""
    yield (
        "None of these people was used to train the network. The thresholds and weights of the checks were fitted on "
        "such portraits, and each portrait is judged by those of a fold that was fitted without it. *Decided*: share "
        "with a verdict; *sensitivity*: faults reported among all faults; *specificity*: correct looks passed among "
        "all correct ones (abstentions count against both); *right*: among the decided, with its 95 % confidence "
        "interval; *wrong*: confident wrong verdicts among all portraits. Only sides that are judged are counted: "
        "forehead, beard and sunglasses from in front; an ear from in front and from its side; the collar and "
        "hair below the chin from the sides and from behind. Right and wrong go by the packs' limits: an ear is "
        "covered when more than half of its region is (the region reaches to the temple; free ears have up to 0.48), "
        f"hair hangs when it reaches more than {LOWEST_HAIR_CM:.1f} cm below the chin, the height of the shoulders. "
        "A fringe over the brows (U1, women) is judged, too, but not measured here: the portraits have no figure for "
        "it."
    )
    yield ""
    pictures = outcome.pictures * len(VARIANTS)
    yield f"Nobody found: {outcome.nobody} of {pictures}; another side seen than shown: {outcome.turned}."
    if outcome.badge_errors_cm:
        error, u = np.array(outcome.badge_errors_cm).T
        yield ""
        yield (
            f"Badge drop, {len(error)} badges as rendered: mean error {error.mean():.1f} cm, 95 % below "
            f"{np.percentile(error, 95):.1f} cm, inside value +- u {100 * (error <= u).mean():.0f} %."
        )


def _table(findings: Sequence[Finding]) -> Iterator[str]:
    yield "| check | n | faults | decided | sensitivity | specificity | right | 95 % interval | wrong |"
    yield "|---|--:|--:|--:|--:|--:|--:|---|--:|"
    names = list(dict.fromkeys(finding.name for finding in findings))
    for name in names:
        yield _row(name, [finding for finding in findings if finding.name == name])
    hair = [finding for finding in findings if finding.name.startswith("hair_")]
    yield _row("**all of hair**", hair)


def _row(title: str, group: Sequence[Finding]) -> str:
    bad = [f for f in group if not f.good]
    fine = [f for f in group if f.good]
    decided = [f for f in group if f.said is not None]
    right = sum(f.said == f.good for f in decided)
    low, high = wilson(right, len(decided))
    cells = (
        title,
        str(len(group)),
        str(len(bad)),
        _percent(len(decided), len(group)),
        _percent(sum(f.said is False for f in bad), len(bad)),
        _percent(sum(f.said is True for f in fine), len(fine)),
        _percent(right, len(decided)),
        f"{100 * low:.0f}-{100 * high:.0f} %" if decided else "",
        _percent(len(decided) - right, len(group)),
    )
    return f"| {' | '.join(cells)} |"


def _fairness(findings: Sequence[Finding]) -> Iterator[str]:
    hair = [f for f in findings if f.name in HEAD_CHECKS]
    yield (
        "Hair, beard and sunglasses, all sides and all kinds of light (by light: everybody). The groups of a kind are "
        "alike when their intervals overlap; the four readings of one portrait are not independent, so the intervals "
        "are computed as if each check of a portrait counted once."
    )
    for kind in ("skin tone", "hair colour", "sex", "light"):
        yield from ("", f"| {kind} | n | decided | 95 % interval | right | 95 % interval | wrong |")
        yield "|---|--:|--:|---|--:|---|--:|"
        repeats = 1 if kind == "light" else len(VARIANTS)
        for group in sorted({f.groups[kind] for f in hair}):
            yield _group_row(group, [f for f in hair if f.groups[kind] == group], repeats)
        alike = overlapping(findings, kind, repeats)
        yield ""
        yield f"Right verdicts by {kind}: the intervals {'all overlap' if alike else '**do not all overlap**'}."


def _group_row(title: str, group: Sequence[Finding], repeats: int) -> str:
    decided = [f for f in group if f.said is not None]
    right = sum(f.said == f.good for f in decided)
    cells = (
        title,
        str(len(group)),
        _percent(len(decided), len(group)),
        _interval(len(decided) / repeats, len(group) / repeats),
        _percent(right, len(decided)),
        _interval(right / repeats, len(decided) / repeats),
        _percent(len(decided) - right, len(group)),
    )
    return f"| {' | '.join(cells)} |"


def _interval(part: float, whole: float) -> str:
    low, high = wilson(round(part), round(whole))
    return f"{100 * low:.0f}-{100 * high:.0f} %"


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


def overlapping(findings: Iterable[Finding], kind: str, repeats: int = 1) -> bool:
    """Whether the shares of right verdicts of all groups of a kind agree within their intervals.

    ``repeats``: readings of one portrait, which count as one.
    """
    counts: dict[str, list[int]] = {}
    for finding in findings:
        if finding.said is not None and finding.name in HEAD_CHECKS:
            count = counts.setdefault(finding.groups[kind], [0, 0])
            count[0] += finding.said == finding.good
            count[1] += 1
    spans = [wilson(round(right / repeats), round(total / repeats)) for right, total in counts.values()]
    return not spans or max(low for low, _ in spans) <= min(high for _, high in spans)
