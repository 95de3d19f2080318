"""Learn the constants of hands and head on the development set and write ``vision/data/hand_head_model.json``.

    python tools/fit_hand_head.py --devset DIR [--guides DIR] [--cache FILE.pickle] [--out FILE.json]

Everything is learned on stills; ``--guides`` adds rendered crops of guiding hands for ``palm_up``. Errors and
uncertainties are those of people held back (one person at a time); the constants written are learned on all. The
tables printed go into the file as ``checked``. Run it from the repository's root with the root on PYTHONPATH.
"""

from __future__ import annotations

import argparse
import json
import pickle
from pathlib import Path

from hand_head.hands import learn_hands
from hand_head.head import learn_head
from hand_head.stills import Still, collect


def cached_stills(devset: Path, cache: Path | None) -> list[Still]:
    """What the networks see in the stills; the cache spares running them again."""
    if cache is not None and cache.exists():
        stills: list[Still] = pickle.loads(cache.read_bytes())
        return stills
    stills = collect(devset)
    if cache is not None:
        cache.write_bytes(pickle.dumps(stills))
    return stills


def main() -> None:
    parser = argparse.ArgumentParser(description="Learn the constants of hands and head.")
    parser.add_argument("--devset", type=Path, required=True)
    parser.add_argument("--guides", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--out", type=Path, default=Path("vision/data/hand_head_model.json"))
    options = parser.parse_args()
    stills = cached_stills(options.devset, options.cache)
    head, head_rows = learn_head(stills)
    hands, hand_rows = learn_hands(stills, options.guides)
    model = {
        "origin": f"tools/fit_hand_head.py: {len(stills)} rendered stills, {len({s.person for s in stills})} people",
        "head": head,
        "hands": hands,
        "checked": head_rows + hand_rows,
    }
    options.out.write_text(json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    for line in head_rows + hand_rows:
        print("  ".join(f"{key} {value}" for key, value in line.items()))
    print(hands)


if __name__ == "__main__":
    main()
