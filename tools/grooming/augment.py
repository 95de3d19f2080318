"""Make rendered portraits less alike: other windows, colours, cloth, light, noise, backgrounds, things over the head.

The network must learn shapes and edges, not one renderer's shading, so every class is recoloured by itself and
every background is replaced in half of the samples.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

BACKGROUND, SKIN, HAIR, TOP, SHIRT, TIE, BADGE, GLASSES, OTHER = range(9)
MARKS = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "chin", "head_top", "neck", "left_shoulder",
    "right_shoulder",
)  # fmt: skip
MIRRORED_MARKS = (0, 2, 1, 4, 3, 5, 6, 7, 9, 8)
FACINGS = ("front", "left", "right", "back")
MIRRORED_FACING = (0, 2, 1, 3)
TRAITS = (
    "sunglasses",
    "glasses",
    "full_beard",
    "stubble",
    "cloth_on_head",
    "hair_below_chin",
    "hair_on_collar",
    "bald",
)
INPUT_WH = (160, 192)

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Sample:
    """A picture with what is true of it. ``zones`` is None where unknown."""

    name: str
    image: Image  # (H, W, 3)
    classes: Image  # (H, W)
    zones: Image | None  # (H, W) 1 forehead, 2 left ear, 3 right ear
    marks: NDArray[np.float64]  # (10, 2) NaN outside the picture
    facing: int
    traits: Floats  # (8,) 0 or 1, NaN where it cannot be seen


def drawn(sample: Sample, samples: list[Sample], rng: np.random.Generator) -> Sample:
    """One training picture of `INPUT_WH`."""
    sample = windowed(sample, rng)
    if rng.random() < 0.4:
        sample = bent(sample, rng)
    image = sample.image
    if rng.random() < 0.75:
        image = recoloured(image, sample.classes, rng)
    if rng.random() < 0.55:
        other = samples[int(rng.integers(len(samples)))]
        image = with_background(image, sample.classes, other.image, rng)
    if rng.random() < 0.35:
        image = with_decals(image, sample.classes, rng)
    sample = replace(sample, image=image)
    chance = rng.random()
    if chance < 0.08:
        sample = wrapped(sample, rng)
    elif chance < 0.19:
        sample = with_hat(sample, rng)
    if rng.random() < 0.5:
        sample = mirrored(sample)
    return replace(sample, image=photographed(sample.image, rng))


def random_colour(rng: np.random.Generator) -> Floats:
    """BGR 0..255, dark ones more often."""
    return np.asarray(255 * rng.random(3) ** rng.choice([0.8, 1.5, 2.5]), np.float32)


def pattern(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """A factor (H, W, 1) round 1: stripes, checks, blotches or grain."""
    height, width = shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    kind = rng.integers(4)
    if kind < 2:
        angle, period = rng.uniform(0, np.pi), rng.uniform(4, 30)
        wave = np.sin(6.28 / period * (x * np.cos(angle) + y * np.sin(angle)))
        if kind == 1:
            wave = wave * np.sin(6.28 / period * (-x * np.sin(angle) + y * np.cos(angle)))
        wave = np.tanh(3 * wave) if rng.random() < 0.5 else wave
    else:
        cells = rng.normal(
            0, 1, (max(2, height // int(rng.integers(2, 40))), max(2, width // int(rng.integers(2, 40))))
        )
        wave = cv2.resize(cells.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(1 + rng.uniform(0.03, 0.35) * wave, np.float32)[..., None]


def recoloured(image: Image, classes: Image, rng: np.random.Generator) -> Image:
    """Every class by itself: another mean colour, contrast and pattern, shading kept."""
    values = image.astype(np.float32)
    out = values.copy()
    for kind, chance in ((SKIN, 0.5), (HAIR, 0.8), (TOP, 0.7), (SHIRT, 0.7), (TIE, 0.8), (BADGE, 0.5), (GLASSES, 0.3)):
        inside = classes == kind
        if rng.random() > chance or inside.sum() < 30:
            continue
        mean = values[inside].mean(axis=0) + 4
        if kind == SKIN:
            wanted = mean * np.exp(rng.normal(0, 0.35)) * np.exp(rng.normal(0, 0.13, 3))
        elif kind == HAIR and rng.random() < 0.6:
            wanted = rng.uniform(8, 190) * np.exp(rng.normal(0, 0.12, 3))
            wanted = wanted * [0.75, 0.9, 1.1] if rng.random() < 0.5 else wanted
        else:
            wanted = random_colour(rng)
        new = (values[inside] / mean) ** rng.uniform(0.5, 1.5) * np.clip(wanted, 4, 245)
        if kind != SKIN and rng.random() < 0.45:
            new = new * pattern((image.shape[0], image.shape[1]), rng)[inside]
        elif rng.random() < 0.3:
            new = new * (1 + rng.normal(0, rng.uniform(0.02, 0.12), (len(new), 1)))
        out[inside] = new
    soft = cv2.GaussianBlur(out, (3, 3), 0.6)
    return np.asarray(np.clip(soft if rng.random() < 0.5 else out, 0, 255), np.uint8)


def scenery(shape: tuple[int, int], other: Image, rng: np.random.Generator) -> Floats:
    """A background: plain, gradient, blotches, or pieces of another picture turned and blurred."""
    height, width = shape
    kind = rng.integers(4)
    if kind == 0:
        plain = np.full((height, width, 3), random_colour(rng), np.float32)
        return plain * pattern(shape, rng) if rng.random() < 0.5 else plain
    if kind == 1:
        small = np.stack([random_colour(rng) for _ in range(12)]).reshape(3, 4, 3)
        return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    picture = other if rng.random() < 0.5 else other[::-1]
    y, x = int(rng.integers(0, other.shape[0] // 2)), int(rng.integers(0, other.shape[1] // 2))
    piece = np.ascontiguousarray(picture[y : y + other.shape[0] // 2, x : x + other.shape[1] // 2])
    piece = cv2.resize(piece, (width, height), interpolation=cv2.INTER_AREA)
    if kind == 3:
        for _ in range(int(rng.integers(3, 14))):
            a, b = rng.integers(0, [width, height]), rng.integers(0, [width, height])
            cv2.rectangle(piece, tuple(map(int, a)), tuple(map(int, b)), tuple(map(float, random_colour(rng))), -1)
    return cv2.GaussianBlur(piece, (0, 0), rng.uniform(0.6, 8)).astype(np.float32)


def with_background(image: Image, classes: Image, other: Image, rng: np.random.Generator) -> Image:
    """The person before something else."""
    person = (classes != BACKGROUND).astype(np.float32)
    soft = cv2.GaussianBlur(person, (0, 0), rng.uniform(0.4, 1.2))[..., None]
    return np.asarray(
        np.clip(image * soft + scenery((image.shape[0], image.shape[1]), other, rng) * (1 - soft), 0, 255), np.uint8
    )


def with_decals(image: Image, classes: Image, rng: np.random.Generator) -> Image:
    """Straps, buckles, patches and prints on the clothes, which are no badges: the classes stay what they are."""
    cloth = np.isin(classes, (TOP, SHIRT))
    rows, columns = np.nonzero(cloth)
    if len(rows) < 200:
        return image
    layer, reach = image.copy(), float(np.sqrt(len(rows)))
    for _ in range(int(rng.integers(1, 5))):
        at = int(rng.integers(len(rows)))
        centre, size = (float(columns[at]), float(rows[at])), reach * rng.uniform(0.03, 0.14)
        paint = tuple(map(float, random_colour(rng)))
        kind = rng.integers(4)
        if kind == 0:  # a round or oval patch, perhaps with a ring
            axes = (size, size * rng.uniform(0.6, 1.0))
            cv2.ellipse(layer, (centre, axes, float(rng.uniform(0, 180))), paint, -1)
            cv2.ellipse(layer, (centre, axes, 0.0), tuple(map(float, random_colour(rng))), 1)
        elif kind == 1:  # a strap from edge to edge, perhaps with a buckle
            way = np.array([rng.normal(0, 0.35), 1.0]) * 4 * reach
            ends = [tuple(int(v) for v in np.array(centre) + sign * way) for sign in (-1, 1)]
            cv2.line(layer, ends[0], ends[1], paint, max(1, int(0.5 * size)))
            frame = ((centre[0], centre[1]), (1.1 * size, 0.7 * size), float(rng.uniform(-30, 30)))
            corners = cv2.boxPoints(frame).astype(np.int32)
            cv2.polylines(layer, [corners], True, tuple(map(float, random_colour(rng))), 2)
        elif kind == 2:  # an uneven patch of many corners
            count = int(rng.choice([3, 5, 6, 8]))
            turns = np.sort(rng.uniform(0, 2 * np.pi, count))
            spokes = np.stack([np.cos(turns), np.sin(turns)], 1) * size * rng.uniform(0.5, 1.2, (count, 1))
            cv2.fillPoly(layer, [(spokes + centre).astype(np.int32)], paint)
        else:  # a print: letters straight on the cloth
            cv2.putText(layer, "".join(rng.choice(list("ABEHKMNRSX789"), 4)), (int(centre[0]), int(centre[1])),
                        cv2.FONT_HERSHEY_SIMPLEX, max(0.25, size / 30), paint, 1)  # fmt: skip
    soft = cv2.GaussianBlur(cloth.astype(np.float32), (3, 3), 0.6)[..., None]
    light = cv2.GaussianBlur(image, (0, 0), 7).astype(np.float32).mean(axis=2, keepdims=True)
    painted = (layer != image).any(axis=2, keepdims=True)
    shaded = layer * np.where(painted, 0.5 + 0.5 * light / 128, 1.0)
    return np.asarray(np.clip(image * (1 - soft) + shaded * soft, 0, 255), np.uint8)


def bent(sample: Sample, rng: np.random.Generator) -> Sample:
    """Head, hair and clothes pushed about smoothly: other outlines on the same person."""
    height, width = sample.classes.shape
    cells = rng.normal(0, 1, (2, int(rng.integers(3, 8)), int(rng.integers(3, 7)))).astype(np.float32)
    push = rng.uniform(1.0, 4.5)
    dx, dy = (push * cv2.resize(each, (width, height), interpolation=cv2.INTER_CUBIC) for each in cells)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    near = {"borderMode": cv2.BORDER_REPLICATE}
    image = cv2.remap(sample.image, x + dx, y + dy, cv2.INTER_LINEAR, **near)
    classes = cv2.remap(sample.classes, x + dx, y + dy, cv2.INTER_NEAREST, **near)
    zones = None if sample.zones is None else cv2.remap(sample.zones, x + dx, y + dy, cv2.INTER_NEAREST, **near)
    marks = sample.marks.copy()
    for mark in marks:
        if np.isfinite(mark).all():
            column, row = (int(np.clip(v, 0, side - 1)) for v, side in zip(mark, (width, height), strict=True))
            mark -= (dx[row, column], dy[row, column])
    return replace(sample, image=np.asarray(image, np.uint8), classes=classes, zones=zones, marks=marks)


def _head(sample: Sample) -> tuple[NDArray[np.float64], float]:
    """Centre of the head (2,) and its height, pixels."""
    chin, top = sample.marks[MARKS.index("chin")], sample.marks[MARKS.index("head_top")]
    if not np.isfinite([chin, top]).all():
        return np.array([sample.image.shape[1] / 2, 0.3 * sample.image.shape[0]]), 0.24 * sample.image.shape[0]
    return (chin + top) / 2, max(float(np.hypot(*(chin - top))), 20.0)


def _cloth(sample: Sample, inside: NDArray[np.bool_], rng: np.random.Generator) -> Image:
    shape = (sample.image.shape[0], sample.image.shape[1])
    folds = pattern(shape, rng) * pattern(shape, rng)
    light = cv2.GaussianBlur(sample.image, (0, 0), 9).astype(np.float32).mean(axis=2, keepdims=True)
    cloth = random_colour(rng) * folds * (0.6 + 0.4 * light / max(float(light.mean()), 1.0))
    soft = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 0.7)[..., None]
    return np.asarray(np.clip(sample.image * (1 - soft) + cloth * soft, 0, 255), np.uint8)


def _with_cloth(sample: Sample, inside: NDArray[np.bool_], rng: np.random.Generator) -> Sample:
    traits = sample.traits.copy()
    traits[TRAITS.index("cloth_on_head")] = 1
    for hidden in ("hair_below_chin", "hair_on_collar", "bald"):
        traits[TRAITS.index(hidden)] = np.nan
    classes = np.where(inside, OTHER, sample.classes).astype(np.uint8)
    return replace(sample, image=_cloth(sample, inside, rng), classes=classes, traits=traits)


def wrapped(sample: Sample, rng: np.random.Generator) -> Sample:
    """A headscarf: cloth over hair, ears and neck, the face left free."""
    centre, size = _head(sample)
    height, width = sample.classes.shape
    y, x = np.mgrid[:height, :width]
    sideways = {0: 0.0, 1: -0.25, 2: 0.25, 3: 9.0}[sample.facing] * size
    face = ((x - centre[0] - sideways) / (0.33 * size)) ** 2 + ((y - centre[1] - 0.1 * size) / (0.46 * size)) ** 2 < 1
    shell = ((x - centre[0]) / (0.53 * size)) ** 2 + ((y - centre[1] + 0.02 * size) / (0.66 * size)) ** 2 < 1
    throat = (np.abs(x - centre[0]) < rng.uniform(0.4, 0.7) * size) & (y > centre[1]) & (y < centre[1] + 0.95 * size)
    hair = (sample.classes == HAIR) & (y < centre[1] + 1.2 * size)
    return _with_cloth(sample, ((shell | hair | throat) & ~face) | (hair & face & (y < centre[1] + 0.3 * size)), rng)


def with_hat(sample: Sample, rng: np.random.Generator) -> Sample:
    """A cap or hat: cloth over the crown, perhaps with a brim."""
    centre, size = _head(sample)
    height, width = sample.classes.shape
    y, x = np.mgrid[:height, :width]
    brim = centre[1] - rng.uniform(0.08, 0.3) * size + rng.normal(0, 0.15) * (x - centre[0])
    power, wide, tall = rng.uniform(1.6, 5.0), rng.uniform(0.44, 0.62) * size, rng.uniform(0.62, 0.85) * size
    shell = (np.abs(x - centre[0]) / wide) ** power + (np.abs(y - centre[1]) / tall) ** power < 1
    inside = shell & (y < brim)
    if rng.random() < 0.6:
        thick = rng.uniform(0.02, 0.09) * size
        inside |= (np.abs(x - centre[0]) < rng.uniform(0.4, 0.9) * size) & (np.abs(y - brim) < thick)
    return _with_cloth(sample, inside, rng)


def windowed(sample: Sample, rng: np.random.Generator) -> Sample:
    """A window on head, chest or upper body, turned a little, resampled to the input's size."""
    centre, size = _head(sample)
    chance = rng.random()
    if chance < 0.55:
        tall = size * rng.uniform(1.45, 2.3)
        middle = centre + rng.normal(0, 0.1, 2) * size + [0, 0.08 * size]
    elif chance < 0.75:
        tall = size * rng.uniform(1.5, 2.4)
        middle = centre + rng.normal(0, 0.2, 2) * size + [0, 1.4 * size]
        sample = replace(sample, traits=np.full_like(sample.traits, np.nan))  # of a head that is not in the window
    else:
        tall = sample.image.shape[0] * rng.uniform(0.75, 1.6)
        middle = np.array(sample.image.shape[1::-1]) / 2 + rng.normal(0, 0.06, 2) * tall
    scale = INPUT_WH[1] / tall
    turn = cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), rng.normal(0, 6), scale)
    turn[0, 0:2] *= np.exp(rng.normal(0, 0.06))
    turn[:, 2] = np.array(INPUT_WH) / 2 - turn[:, :2] @ middle
    border = cv2.BORDER_REPLICATE if rng.random() < 0.6 else cv2.BORDER_CONSTANT
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    paint = tuple(map(float, random_colour(rng)))
    image = cv2.warpAffine(sample.image, turn, INPUT_WH, flags=way, borderMode=border, borderValue=paint)
    labels = {"flags": cv2.INTER_NEAREST, "borderMode": border}
    classes = cv2.warpAffine(sample.classes, turn, INPUT_WH, **labels)
    zones = None if sample.zones is None else cv2.warpAffine(sample.zones, turn, INPUT_WH, **labels)
    marks = sample.marks @ turn[:, :2].T + turn[:, 2]
    return replace(sample, image=np.asarray(image, np.uint8), classes=classes, zones=zones, marks=marks)


def mirrored(sample: Sample) -> Sample:
    """The mirror image; left becomes right."""
    width = sample.image.shape[1]
    marks = sample.marks[list(MIRRORED_MARKS)].copy()
    marks[:, 0] = width - marks[:, 0]
    zones = None if sample.zones is None else np.array([0, 1, 3, 2], np.uint8)[sample.zones[:, ::-1]]
    return replace(
        sample,
        image=sample.image[:, ::-1],
        classes=sample.classes[:, ::-1],
        zones=zones,
        marks=marks,
        facing=MIRRORED_FACING[sample.facing],
    )


def photographed(image: Image, rng: np.random.Generator) -> Image:
    """As other cameras in other light would show it: gain, gamma, colour cast, shadows, blur, noise, JPEG."""
    height, width = image.shape[:2]
    values = image.astype(np.float32) / 255
    if rng.random() < 0.15:
        values = np.repeat(values.mean(axis=2, keepdims=True), 3, axis=2)
    values = np.clip(values, 0, 1) ** float(np.exp(rng.normal(0, 0.35))) * np.exp(rng.normal(0, 0.14, 3))
    if rng.random() < 0.6:
        slope = rng.normal(0, 0.35, 2)
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        values = values * np.clip(1 + slope[0] * x + slope[1] * y, 0.25, 2)[..., None]
    if rng.random() < 0.45:
        cells = rng.normal(0, 1, (int(rng.integers(2, 9)), int(rng.integers(2, 8)))).astype(np.float32)
        waves = np.tanh(cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC))
        values = values * (1 + rng.uniform(0.1, 0.45) * waves)[..., None]
    values = values * rng.uniform(0.35, 1.25)
    if rng.random() < 0.4:
        values = cv2.GaussianBlur(values, (0, 0), rng.uniform(0.4, 1.6))
    if rng.random() < 0.3:
        small = (int(width * rng.uniform(0.3, 0.8)), int(height * rng.uniform(0.3, 0.8)))
        values = cv2.resize(cv2.resize(values, small, interpolation=cv2.INTER_AREA), (width, height))
    values = values + rng.uniform(0, 0.035) * rng.standard_normal(values.shape, dtype=np.float32)
    out = np.asarray(np.clip(values, 0, 1) * 255, np.uint8)
    if rng.random() < 0.5:
        _ok, data = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 95))])
        out = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return out
