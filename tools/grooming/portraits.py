"""Portraits with truth, plain and spoilt on purpose, from folders as in the development set."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from app.bench.grooming import PLAIN, worsened
from calibration.files import load_camera
from vision.errors import NoPersonError
from vision.grooming.portrait import Portrait, PortraitReader
from vision.types import Subject


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
    folders: list[Path], variants: Iterable[str] = (PLAIN,), views: tuple[str, ...] = ("front",)
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
