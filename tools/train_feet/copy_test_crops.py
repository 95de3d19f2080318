"""Copy a few crops that the network is not trained on, with their truth, to the folder of the tests.

python tools/train_feet/copy_test_crops.py --data CROPS --out tests/data/feet
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from crops import SIDES, Crop, load

_WANTED = (
    ("v", 0, 15),
    ("parallel", 0, 20),
    ("ding", 0, 60),
    ("v", 25, 45),
    ("v_open", 40, 60),
    ("step", 20, 60),
)


def choose(crops: list[Crop]) -> list[Crop]:
    """One crop for each wanted stance and view, each of another batch, no shoe more than twice."""
    chosen: list[Crop] = []
    for stance, low, high in _WANTED:
        for crop in crops:
            truth = crop.truth
            fits = truth["stance"] == stance and low <= abs(truth["azimuth_deg"]) < high and crop.image.shape[1] >= 150
            new = all(crop.batch != other.batch for other in chosen)
            shoes = [other.truth["person"]["shoes"] for other in chosen].count(truth["person"]["shoes"])
            if fits and new and shoes < 2:
                chosen.append(crop)
                break
    return chosen


def main() -> None:
    """Copy."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    lines = []
    for crop in choose(load(args.data, "test")):
        name = crop.truth["file"]
        shutil.copy(args.data / name, args.out / name)
        entry = {"file": name, "shoe_px": round(0.28 * crop.pixels_per_metre, 1)}
        entry |= {side: crop.truth["feet"][side]["points_px"] for side in SIDES}
        lines.append(json.dumps(entry))
    (args.out / "feet.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
