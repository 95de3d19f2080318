"""The shipped network on rendered portraits that it never saw."""

from __future__ import annotations

import gc
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.bench.grooming import said, true_good
from vision.errors import NoPersonError
from vision.grooming.head import SEEN_FROM, measure_head
from vision.grooming.portrait import Facing, Kind, Portrait, PortraitReader, read_portrait
from vision.types import Subject

DATA = Path(__file__).parents[1] / "data" / "grooming"
NAMES = ("g022_front", "g103_front", "g122_left", "g132_back")

Read = dict[str, tuple[Portrait, dict[str, Any], NDArray[np.uint8]]]


@pytest.fixture(scope="module")
def reader() -> Iterator[PortraitReader]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the vendor's metadata writer leaves files open
        one = PortraitReader()
        gc.collect()
    with one:
        yield one


@pytest.fixture(scope="module")
def read(reader: PortraitReader) -> Read:
    """Every portrait as read, its truth, its class mask."""
    found: Read = {}
    for name in NAMES:
        truth = json.loads((DATA / f"{name}.json").read_text())
        image = np.asarray(cv2.imread(str(DATA / f"{name}.jpg")), np.uint8)
        mask = np.asarray(cv2.imread(str(DATA / f"{name}.mask.png"), cv2.IMREAD_GRAYSCALE), np.uint8)
        subject = Subject(height_cm=truth["height_cm"], sex=truth["attributes"]["sex"])
        found[name] = (read_portrait(image, subject=subject, reader=reader), truth, mask)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_side_is_seen(name: str, read: Read) -> None:
    portrait, truth, _mask = read[name]
    assert portrait.facing == truth["view"]
    assert portrait.facing_wrong < 0.15


@pytest.mark.parametrize("name", NAMES)
def test_hair_is_found_where_it_is(name: str, read: Read) -> None:
    portrait, _truth, mask = read[name]
    exact = cv2.resize(mask, portrait.classes.shape[::-1], interpolation=cv2.INTER_NEAREST) == Kind.HAIR
    mine = portrait.classes == Kind.HAIR
    assert (mine & exact).sum() / (mine | exact).sum() > 0.6


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_that_the_truth_contradicts(name: str, read: Read) -> None:
    portrait, truth, _mask = read[name]
    found, _regions = measure_head(portrait)
    attributes = json.dumps(truth["attributes"], sort_keys=True)
    wrong = [
        quantity
        for quantity, measurement in found.items()
        if quantity != "hair_brow"
        and (verdict := said(quantity, measurement)) is not None
        and true_good(quantity, attributes) == (not verdict)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_what_this_side_cannot_show_is_not_measured(name: str, read: Read) -> None:
    portrait, truth, _mask = read[name]
    found, _regions = measure_head(portrait)
    unseen = [quantity for quantity, sides in SEEN_FROM.items() if truth["view"] not in sides]
    assert all(found[quantity].value is None for quantity in unseen)


def test_the_mirror_image_swaps_the_ears(reader: PortraitReader) -> None:
    image = np.asarray(cv2.imread(str(DATA / "g022_front.jpg")), np.uint8)
    found, _ = measure_head(reader.read(image, facing=Facing.FRONT))
    other, _ = measure_head(reader.read(np.ascontiguousarray(image[:, ::-1]), facing=Facing.FRONT))
    left, right = found["hair_ear_left"].value, other["hair_ear_right"].value
    if isinstance(left, float) and isinstance(right, float):
        assert left == pytest.approx(right, abs=0.15)
    assert found["hair_forehead"].value == pytest.approx(other["hair_forehead"].value, abs=0.1)


def test_a_picture_without_a_person_is_refused(reader: PortraitReader) -> None:
    with pytest.raises(NoPersonError):
        reader.read(np.full((480, 360, 3), 127, np.uint8))
