"""The development clips' true series, clean and with noise, offsets and dropouts, give back their segments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vision.phases import find_phases
from vision.phases.find import NAMES
from vision.types import Series

pytestmark = pytest.mark.devset
SIGMA = {"trunk_flexion": 4.5, "hand_lateral": 3.0, "hands_gap": 3.0, "pelvis": 0.03}
BIAS = {"trunk_flexion": 6.0, "hand_lateral": 2.0, "hands_gap": 2.0, "pelvis": 0.03}


def clips(devset: Path) -> list[tuple[str, Series, list[dict[str, Any]]]]:
    out = []
    for path in sorted((devset / "clips").glob("d[0-9]*.json")):
        if path.name.endswith(".camera.json"):
            continue
        truth = json.loads(path.read_text())
        people = [frame["persons"][0] for frame in truth["frames"]]
        times = np.array([frame["t"] for frame in truth["frames"]])
        values = {n: np.array([p["measurements"].get(n, np.nan) for p in people], dtype=float) for n in NAMES}
        hips = np.array([[p["joints_world"][f"{s}_hip"] for s in ("left", "right")] for p in people]).mean(axis=1)
        values |= {f"pelvis_{axis}": hips[:, k] for k, axis in enumerate("xyz")}
        out.append((path.stem, Series(times, values), truth["segments"]))
    return out


def spoiled(series: Series, seed: int) -> Series:
    rng = np.random.default_rng(seed)
    values = {}
    for name, clean in series.values.items():
        key = next((k for k in SIGMA if name.startswith(k)), "")
        noise = rng.normal(0, SIGMA.get(key, 7.5), len(clean)) + rng.uniform(-1, 1) * BIAS.get(key, 4.0)
        values[name] = np.where(rng.random(len(clean)) < 0.03, np.nan, clean + noise)
    return Series(series.times_s, values)


@pytest.mark.parametrize("spoil", [False, True])
def test_the_segments_of_the_clips_come_back(devset: Path, spoil: bool) -> None:
    errors = []
    for name, series, truth in clips(devset):
        for seed in range(3 if spoil else 1):
            found = find_phases(spoiled(series, seed) if spoil else series).phases
            assert [p.drill.value for p in found] == [s["drill"] for s in truth], name
            end = series.times_s[-1]
            for phase, segment in zip(found, truth, strict=True):
                for key in ("start_s", "end_s", "hold_start_s", "hold_end_s"):
                    if segment[key] is not None and 0 < segment[key] < end - 0.02:
                        errors.append(abs(getattr(phase, key) - segment[key]))
    assert np.mean(np.array(errors) <= 0.25) >= 0.95
