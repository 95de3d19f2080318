"""What the whole figure tells of a body: how far bones point away from the camera, and where landmarks miss joints.

One camera sees a bone's length across the ray and guesses the rest. The pose network's world landmarks guess it bone
by bone, and its image landmarks miss the joints in ways that depend on posture and view. What the whole figure looks
like says more: a small ensemble of networks of our own reads, from image and world landmarks together, the depth of
every bone of `DEPTH_BONES` and the place of every landmark beside its point, each with a standard deviation of its own.
It was taught on rendered people by ``tools/body_model/train_figure.py``. Where its members disagree, the deviation
grows: figures unlike the ones it was taught on say little.

Depth is along the ray from the camera to the middle of the hips, as a share of stature; + is farther away. Places are
in the picture (x right, y down), as shares of stature at the point's distance, on top of offsets that ride on limbs.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from vision.landmarks import MIRRORED
from vision.reconstruct.skeleton import COUNT, DEPTH_BONES, Point
from vision.types import FloatArray

# Nose, ears, and everything from the shoulders down but the thumbs.
USED = np.array([0, 7, 8, *range(11, 21), *range(23, 33)])
HIPS = (23, 24)
LEAST_SIZE_PX, LEAST_SPREAD = 5.0, 0.01
WORLD_UNIT_M = 0.3

DEPTHS = len(DEPTH_BONES)
_SIDED = (DEPTHS - 2) // 2
_SWAPPED_BONES = [0, 1, *range(2 + _SIDED, 2 + 2 * _SIDED), *range(2, 2 + _SIDED)]
_SWAPPED_POINTS = [i if i == Point.NOSE else i ^ 1 for i in range(COUNT)]
_SWAPPED = np.array([*_SWAPPED_BONES, *(DEPTHS + 2 * p + axis for p in _SWAPPED_POINTS for axis in (0, 1))])
# From the right to the left is the other way round in the mirror, and so is x.
_SIGN = np.array([-1.0, -1.0, *[1.0] * (2 * _SIDED), *[-1.0, 1.0] * COUNT])


@dataclass(frozen=True, slots=True)
class Figures:
    """What the pose network saw of T people: a landmark outside the picture is NaN."""

    landmarks_px: FloatArray  # (T, 33, 2)
    world_m: FloatArray  # (T, 33, 3)
    visibility: FloatArray  # (T, 33)

    def mirrored(self) -> Figures:
        """The same people in the mirror."""
        order = list(MIRRORED)
        flipped, turned = self.landmarks_px[:, order] * [-1.0, 1.0], self.world_m[:, order] * [-1.0, 1.0, 1.0]
        return Figures(flipped, turned, self.visibility[:, order])


@dataclass(frozen=True, slots=True)
class Reading:
    """Depths of bones and places of landmarks with their standard deviations, shares of stature."""

    depths: FloatArray  # (T, D)
    depth_sigma: FloatArray  # (T, D)
    places: FloatArray  # (T, 21, 2)
    place_sigma: FloatArray  # (T, 21, 2)


@dataclass(frozen=True, slots=True)
class FigureNet:
    """Weights of K members with two hidden layers; ``whiten`` (D, D) makes depths' standardised errors independent."""

    mean: FloatArray  # (F,) of the features
    spread: FloatArray  # (F,)
    layers: tuple[tuple[FloatArray, FloatArray], ...]  # weights (K, in, out) and biases (K, 1, out)
    scale: FloatArray  # (D + 42,) of what is read
    widen: FloatArray  # (D + 42,) factor on sigma that held on people held out
    whiten: FloatArray  # (D, D)

    def read(self, figures: Figures) -> Reading:
        """Depths and places; figures and their mirror images are averaged, so mirrored people are measured alike."""
        mean, sigma = self.values(figures)
        places, place_sigma = (v[:, DEPTHS:].reshape(-1, COUNT, 2) for v in (mean, sigma))
        return Reading(mean[:, :DEPTHS], sigma[:, :DEPTHS], places, place_sigma)

    def values(self, figures: Figures) -> tuple[FloatArray, FloatArray]:
        """All that is read (T, D + 42) and its standard deviations."""
        mean, sigma = self._once(features_of(figures))
        other_mean, other_sigma = self._once(features_of(figures.mirrored()))
        return (mean + mirrored(other_mean)) / 2, np.sqrt((sigma**2 + mirrored(other_sigma) ** 2) / 2)

    def _once(self, features: FloatArray) -> tuple[FloatArray, FloatArray]:
        hidden = ((features - self.mean) / self.spread)[None]
        for weights, bias in self.layers[:-1]:
            hidden = np.tanh(hidden @ weights + bias)
        weights, bias = self.layers[-1]
        out = hidden @ weights + bias
        told, log_sigma = np.split(out, 2, axis=-1)
        variance = np.exp(2 * log_sigma).mean(axis=0) + told.var(axis=0)
        return told.mean(axis=0) * self.scale, np.sqrt(variance) * self.scale * self.widen


def mirrored(values: FloatArray) -> FloatArray:
    """What is read of mirrored figures (T, D + 42): left and right change places, and with them which end is which."""
    return np.asarray(values[:, _SWAPPED] * _SIGN, dtype=np.float64)


def features_of(figures: Figures) -> FloatArray:
    """Features (T, 6 * len(USED)).

    Image landmarks count from the hips' middle, in the scale in which the landmarks seen spread like the world
    landmarks do: it stays the same whatever the picture's edge cuts off. A landmark that is NaN, as outside the
    picture, is zero throughout.
    """
    landmarks_px = figures.landmarks_px
    seen = np.isfinite(landmarks_px[:, USED]).all(axis=-1)
    count = np.maximum(seen.sum(axis=1), 1)
    origin = landmarks_px[:, HIPS].mean(axis=1)
    middle = np.nansum(landmarks_px[:, USED], axis=1) / count[:, None]
    origin = np.where(np.isfinite(origin), origin, middle)[:, None]  # hips out of the picture: the middle of the rest
    away = np.nan_to_num(landmarks_px[:, USED] - origin)
    world = np.nan_to_num(figures.world_m[:, USED]) / WORLD_UNIT_M * seen[..., None]
    spread = np.maximum(np.sum(world[..., :2] ** 2, axis=(1, 2)), LEAST_SPREAD)
    size = np.sqrt(np.sum(away**2, axis=(1, 2)) / spread)
    image = away / np.maximum(size, LEAST_SIZE_PX)[:, None, None]
    visible = np.nan_to_num(figures.visibility[:, USED])[..., None] * seen[..., None]
    return np.asarray(np.concatenate([image, world, visible], axis=-1).reshape(len(seen), -1), dtype=np.float64)


@functools.cache
def figure_net() -> FigureNet:
    """The shipped ensemble."""
    with resources.files("vision").joinpath("data/figure.npz").open("rb") as file:
        return net_from(dict(np.load(file, allow_pickle=False)))


def net_from(arrays: Mapping[str, Any]) -> FigureNet:
    """The ensemble from named arrays as the training tool stores them."""
    wide = {name: np.asarray(value, dtype=np.float64) for name, value in arrays.items()}
    layers = tuple((wide[f"weights{k}"], wide[f"bias{k}"]) for k in range(3))
    return FigureNet(wide["mean"], wide["spread"], layers, wide["scale"], wide["widen"], wide["whiten"])
