"""Portraits with truth, plain and spoilt on purpose, from folders as in the development set."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from calibration.files import load_camera
from vision.errors import NoPersonError
from vision.grooming.portrait import Portrait, PortraitReader
from vision.types import ImageBgr, Subject

VARIANTS = ("plain", "small", "dim", "bright")


@dataclass(frozen=True, slots=True)
class Known:
    """A portrait as read, with what is true of it."""

    portrait: Portrait
    truth: dict[str, Any]
    variant: str
    camera_file: Path

    @property
    def attributes(self) -> dict[str, Any]:
        """The truth's attributes."""
        return dict(self.truth["attributes"])


def portraits(
    folders: list[Path], variants: tuple[str, ...] = ("plain",), views: tuple[str, ...] = ("front",)
) -> Iterator[Known]:
    """Every portrait of the folders from these views, in these variants."""
    with PortraitReader() as reader:
        for file in sorted(file for folder in folders for file in folder.glob("g*.jpg")):
            truth = json.loads(file.with_suffix(".json").read_text("utf-8"))
            if truth["view"] not in views:
                continue
            camera_file = file.with_suffix("").with_suffix(".camera.json")
            subject = Subject(None, truth["height_cm"], truth["attributes"]["sex"])
            image = np.asarray(cv2.imread(str(file)), np.uint8)
            for variant in variants:
                worse = worsened(image, variant, zlib.crc32(file.name.encode()))
                try:
                    portrait = reader.read(worse, camera=load_camera(camera_file), subject=subject)
                except NoPersonError:
                    continue
                yield Known(portrait, truth, variant, camera_file)


def worsened(image: ImageBgr, variant: str, seed: int) -> ImageBgr:
    """The same picture as a poor camera or poor light would give it; same size."""
    rng = np.random.default_rng(seed)
    if variant == "plain":
        return image
    values = image.astype(np.float64)
    if variant == "small":
        height, width = image.shape[:2]
        share = rng.uniform(0.35, 0.55)
        little = cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        values = cv2.resize(little, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float64)
        noise = 3.0
    elif variant == "dim":
        values *= rng.uniform(0.4, 0.7) * np.array([rng.uniform(0.85, 1.0), 1.0, rng.uniform(1.0, 1.12)])
        noise = 5.0
    elif variant == "bright":
        values = values * rng.uniform(1.2, 1.5) + 10
        noise = 2.0
    else:
        raise ValueError(f"no variant {variant!r}; known: {VARIANTS}")
    return np.asarray(np.clip(values + rng.normal(0, noise, values.shape), 0, 255), np.uint8)
