"""What the crops go through before training: other floors, colours, light, lenses, distances, occlusions.

Also the noise on the pose network's landmarks, in centimetres at the feet, measured on rendered people (ankle,
heel, foot index against ankle, heel, big toe) and widened: the network must trust the picture more than the
landmarks, whose errors depend on the view in ways that no random noise has.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from crops import Crop
from numpy.random import Generator
from numpy.typing import NDArray

from vision.estimators.feet import INPUT_SIZE_WH, POINTS, crop_box

Image = NDArray[np.uint8]
WIDTH, HEIGHT = INPUT_SIZE_WH
_HINTED = [POINTS.index("ankle"), POINTS.index("heel"), POINTS.index("big_toe")]
_HINT_BIAS_CM = np.array([[0.0, -1.1], [0.0, 1.5], [0.0, -1.3]])
_HINT_SD_CM = np.array([[1.8, 2.2], [2.5, 2.5], [2.8, 2.2]])


@dataclass(frozen=True)
class Sample:
    """One input: picture (H, W, 3), hints (2, 3, 2), true points (2, 7, 2), all in input pixels."""

    image: Image
    hints: NDArray[np.float64]
    points: NDArray[np.float64]


def noisy_hints(crop: Crop, rng: Generator, strength: float = 1.0) -> NDArray[np.float64]:
    """What the pose network might say of ankle, heel and foot index, (2, 3, 2) in crop pixels."""
    sd = _HINT_SD_CM * strength
    error_cm = _HINT_BIAS_CM + rng.normal(size=(2, 3, 2)) * sd + rng.normal(size=(2, 1, 2)) * 1.2 * strength
    error_cm += rng.normal(size=2) * 0.8 * strength
    lost = rng.random() if strength >= 1 else 1.0
    if lost < 0.1:  # a foot the pose network has lost
        error_cm[rng.integers(2)] += rng.normal(size=2) * 4
    elif lost < 0.15:  # both
        error_cm += rng.normal(size=2) * 5 + rng.normal(size=(2, 1, 2)) * 2
    return np.asarray(crop.points[:, _HINTED] + error_cm * crop.pixels_per_metre / 100)


def plain_sample(crop: Crop, rng: Generator) -> Sample:
    """As at run time: crop box from noisy hints, nothing else changed."""
    hints = noisy_hints(crop, rng, 0.7)
    x, y, width, height = crop_box(hints)
    scale = np.array([WIDTH / width, HEIGHT / height])
    matrix = np.array([[scale[0], 0, -x * scale[0]], [0, scale[1], -y * scale[1]]])
    image = _warp(crop.image, matrix, cv2.BORDER_REPLICATE, (0, 0, 0))
    return Sample(image, _move(hints, matrix), _move(crop.points, matrix))


def training_sample(crop: Crop, rng: Generator, textures: list[Image]) -> Sample:
    """One random variation of a crop; three in ten stay close to how they were rendered."""
    mild = rng.random() < 0.3
    hints = noisy_hints(crop, rng, float(rng.uniform(0.5, 1.9)))
    matrix = _random_view(hints, rng)
    border = [cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT_101, cv2.BORDER_CONSTANT][rng.choice(3, p=[0.5, 0.2, 0.3])]
    image = _warp(crop.image, matrix, border, tuple(int(v) for v in rng.integers(0, 256, 3)))
    if crop.mask is not None and not mild and rng.random() < 0.6:
        image = _other_surroundings(image, _warp(crop.mask, matrix, cv2.BORDER_REPLICATE, 0), rng, textures)
    hints, points = _move(hints, matrix), _move(crop.points, matrix)
    if rng.random() < 0.5:
        image, hints, points = _mirrored(image, hints, points)
    if mild:
        gain = np.exp(rng.normal(0, 0.1, 3)) * np.exp(rng.normal(0, 0.15))
        return Sample(np.clip(image * gain, 0, 255).astype(np.uint8), hints, points)
    image = _light(image, rng)
    image = _occluders(image, rng, textures)
    return Sample(_camera(image, rng), hints, points)


def make_textures(rng: Generator, count: int = 250) -> list[Image]:
    """Floors and walls: clouds, tiles in perspective, planks, stripes, speckles, at twice the input's size."""
    return [_texture(rng) for _ in range(count)]


def _texture(rng: Generator) -> Image:
    width, height = 2 * WIDTH, 2 * HEIGHT
    base = np.full((height, width, 3), rng.integers(15, 245, 3), np.float32)
    if rng.random() < 0.6:  # greyish, as floors are
        base = base * 0.2 + base.mean() * 0.8
    for cells in (3, 9, 40):
        cloud = rng.normal(size=(cells, cells, 1 if rng.random() < 0.7 else 3)).astype(np.float32)
        cloud = cv2.resize(cloud, (width, height), interpolation=cv2.INTER_CUBIC)
        base += rng.uniform(0, 18) * (cloud[..., None] if cloud.ndim == 2 else cloud)
    kind = rng.random()
    if kind < 0.6:
        _draw_lines(base, rng)
    if kind > 0.8:
        base += rng.normal(0, rng.uniform(3, 30), base.shape)
        base = cv2.GaussianBlur(base, (0, 0), rng.uniform(0.4, 2.5))
    return np.clip(base, 0, 255).astype(np.uint8)


def _draw_lines(base: NDArray[np.float32], rng: Generator) -> None:
    """Joints between tiles or planks, in perspective."""
    height, width = base.shape[:2]
    shade = (base.mean((0, 1)) + rng.normal(0, 45, 3)).clip(0, 255).tolist()
    vanishing = np.array([rng.uniform(-0.5, 1.5) * width, -rng.uniform(0.3, 4) * height])
    thick = int(rng.integers(1, 4))
    for foot in np.arange(-3, 4, rng.uniform(0.12, 0.6)) * width:
        start, end = vanishing.astype(int).tolist(), [int(foot + width / 2), 2 * height]
        cv2.line(base, start, end, shade, thick, cv2.LINE_AA)
    if rng.random() < 0.7:
        y, step, tilt = 0.0, rng.uniform(10, 50), rng.uniform(-0.4, 0.4) * width
        while y < height * 1.5:
            cv2.line(base, (0, int(y - tilt / 2)), (width, int(y + tilt / 2)), shade, thick, cv2.LINE_AA)
            y, step = y + step, step * rng.uniform(1.0, 1.3)


def _random_view(hints: NDArray[np.float64], rng: Generator) -> NDArray[np.float64]:
    """Crop box from the hints with a wrong size and place, small turn and shear: 2x3, corner coordinates."""
    x, y, width, height = crop_box(hints)
    zoom = WIDTH / width / np.exp(rng.uniform(-0.3, 0.35) if rng.random() < 0.9 else rng.uniform(0.3, 0.7))
    centre = np.array([x + width / 2, y + height / 2]) + rng.uniform(-0.1, 0.1, 2) * [width, height]
    angle = np.radians(rng.normal(0, 5))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = np.array([[np.exp(rng.normal(0, 0.06)), rng.normal(0, 0.05)], [0, np.exp(rng.normal(0, 0.06))]])
    linear = zoom * turn @ stretch
    return np.column_stack([linear, np.array([WIDTH, HEIGHT]) / 2 - linear @ centre])


def _warp(image: Image, matrix: NDArray[np.float64], border: int, fill: object) -> Image:
    """Apply a corner-coordinate affine; smooth first where it shrinks."""
    shrink = 1 / np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    if shrink > 1.2:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.4 * shrink), np.uint8)
    centred = matrix.copy()
    centred[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5
    warped = cv2.warpAffine(
        image, centred, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=border, borderValue=fill
    )
    return np.asarray(warped, np.uint8)


def _move(points: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])


def _mirrored(
    image: Image, hints: NDArray[np.float64], points: NDArray[np.float64]
) -> tuple[Image, NDArray[np.float64], NDArray[np.float64]]:
    """Mirror the picture: the left foot becomes a right foot."""
    flip, offset = np.array([-1.0, 1.0]), np.array([WIDTH, 0.0])
    return image[:, ::-1].copy(), hints[::-1] * flip + offset, points[::-1] * flip + offset


def _other_surroundings(image: Image, mask: Image, rng: Generator, textures: list[Image]) -> Image:
    """Another floor and wall behind the feet, or other colours of shoes and floor, each on its own."""
    share = cv2.GaussianBlur(mask, (0, 0), 0.8).astype(np.float32)[..., None] / 255
    front = _recoloured(image, rng) if rng.random() < 0.5 else image
    back = image
    if rng.random() < 0.7:
        back = _patch(rng, textures, (HEIGHT, WIDTH))
        if rng.random() < 0.4:  # the wall begins at some height
            y = int(rng.integers(5, HEIGHT // 2))
            back[:y] = _patch(rng, textures, (y, WIDTH))
        if rng.random() < 0.7:  # keep the shadows of the feet on the new floor
            grey = cv2.GaussianBlur(image, (0, 0), 2).mean(2, keepdims=True).astype(np.float32)
            shade = np.clip(grey / max(float(np.percentile(grey, 75)), 10.0), 0.35, 1.2)
            back = np.clip(back * shade, 0, 255).astype(np.uint8)
    elif rng.random() < 0.7:
        back = _recoloured(image, rng)
    return np.asarray(front * share + back * (1 - share), np.float32).astype(np.uint8)


def _patch(rng: Generator, textures: list[Image], size_hw: tuple[int, int]) -> Image:
    texture = textures[rng.integers(len(textures))]
    share = rng.uniform(0.3, 1.0)
    height, width = int(texture.shape[0] * share), int(texture.shape[1] * share)
    y, x = rng.integers(texture.shape[0] - height + 1), rng.integers(texture.shape[1] - width + 1)
    return np.asarray(cv2.resize(texture[y : y + height, x : x + width], size_hw[::-1]), np.uint8)


def _recoloured(image: Image, rng: Generator) -> Image:
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV).astype(np.float32)
    hsv[..., 0] = (hsv[..., 0] + rng.uniform(0, 180)) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.0, 1.8) + rng.uniform(0, 60), 0, 255)
    hsv[..., 2] = np.clip(255 * (hsv[..., 2] / 255) ** rng.uniform(0.4, 2.2) + rng.uniform(-30, 60), 0, 255)
    return np.asarray(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR), np.uint8)


def _light(image: Image, rng: Generator) -> Image:
    """Exposure, contrast, gamma, colour cast, channel order, grey, shadows and uneven light."""
    values = image.astype(np.float32) / 255
    values = values ** np.exp(rng.normal(0, 0.35))
    values = (values - 0.5) * np.exp(rng.normal(0, 0.25)) + 0.5 + rng.normal(0, 0.1)
    values *= np.exp(rng.normal(0, 0.12, 3))
    if rng.random() < 0.15:
        values = values[..., rng.permutation(3)]
    if rng.random() < 0.15:
        values = np.repeat(values.mean(2, keepdims=True), 3, 2)
    if rng.random() < 0.3:
        values *= _field(rng, rng.uniform(0.3, 1.0))
    if rng.random() < 0.25:  # hard shadow
        shadow = np.ones((HEIGHT, WIDTH), np.float32)
        corners = rng.uniform(-0.3, 1.3, (4, 2)) * [WIDTH, HEIGHT]
        cv2.fillConvexPoly(shadow, cv2.convexHull(corners.astype(np.float32)).astype(np.int32), rng.uniform(0.3, 0.9))
        values *= cv2.GaussianBlur(shadow, (0, 0), rng.uniform(0.5, 8))[..., None]
    return np.clip(values * 255, 0, 255).astype(np.uint8)


def _field(rng: Generator, darkest: float) -> NDArray[np.float32]:
    cloud = rng.uniform(darkest, 1.2, (3, 4)).astype(np.float32)
    return np.asarray(cv2.resize(cloud, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)[..., None], np.float32)


def _occluders(image: Image, rng: Generator, textures: list[Image]) -> Image:
    """Things in front of the feet, or the picture's lower or side edge."""
    if rng.random() < 0.35:
        for _ in range(rng.integers(1, 4)):
            mask = np.zeros((HEIGHT, WIDTH), np.uint8)
            centre = tuple(int(v) for v in rng.uniform(0, 1, 2) * [WIDTH, HEIGHT])
            axes = tuple(int(v) for v in rng.uniform(4, 26, 2))
            cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
            image = np.where(mask[..., None] > 0, _patch(rng, textures, (HEIGHT, WIDTH)), image)
    if rng.random() < 0.06:
        y = int(rng.uniform(0.72, 0.95) * HEIGHT)
        image[y:] = image[y - 1]
    return image


def _camera(image: Image, rng: Generator) -> Image:
    """Far away, out of focus, moving, noisy, compressed."""
    if rng.random() < 0.4:
        share = rng.uniform(0.2, 0.8)
        small = cv2.resize(image, (int(WIDTH * share), int(HEIGHT * share)), interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (WIDTH, HEIGHT), interpolation=int(rng.choice([1, 2])))
    if rng.random() < 0.25:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 2.0))
    if rng.random() < 0.15:
        length = int(rng.integers(3, 10))
        kernel = np.zeros((length, length), np.float32)
        angle = rng.uniform(0, np.pi)
        reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
        middle = np.array([length, length]) / 2
        cv2.line(kernel, (middle - reach).astype(int).tolist(), (middle + reach).astype(int).tolist(), 1.0)
        image = cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1.0))
    if rng.random() < 0.5:
        noise = rng.standard_normal((HEIGHT, WIDTH, 3), np.float32) * rng.uniform(1, 14)
        if rng.random() < 0.4:
            noise = cv2.GaussianBlur(noise, (0, 0), 0.8) * 1.8
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 92))])
        image = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return np.asarray(image, np.uint8)
