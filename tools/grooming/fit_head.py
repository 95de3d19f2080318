"""Learn how sure the head's checks are, from readings of people whom the network never saw; cross-validate by person.

    python tools/grooming/fit_head.py --readings READINGS.pickle [...] --out vision/data/grooming_head.json

Words: logistic regression. Shares: u = a + b doubt + c 4v(1-v), the smallest that covers 97 % of the errors. Each of
ten folds is also fitted without its people; the table printed at the end is theirs. Run from the repository's root with
the root and this folder on PYTHONPATH.
"""

from __future__ import annotations

import argparse
import itertools
import json
import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from collect import Known
from logistic import fit_logistic

from app.bench.grooming import SHARE_LIMITS, said, true_good
from vision.grooming.head import ALL, HAIR_SHARES, SEEN_FROM, judge_reading, share_measurement, spread_key
from vision.grooming.learned import FOLDS, Learned, Spread, Word, fold_of
from vision.grooming.seen import Facing
from vision.types import Measurement

PENALTY = 2.0
COVERED = 0.97
MIN_U = 0.03
VERDICT = {True: "pass", False: "fail", None: "nothing"}


def true_word(name: str, known: Known) -> bool | None:
    """Whether the first word ("yes", "dyed") is the true one; None where there is no truth."""
    a = known.truth["attributes"]
    if name == "hair_present":
        return bool(a["hairstyle"] != "bald")
    if name == "hair_colour":
        return None if a["hair_colour"] is None else a["hair_colour"].startswith("dyed")
    if name == "beard":
        return bool(a["beard"] != "none")
    return bool(a["sunglasses"])


def usable(name: str, known: Known) -> bool:
    """Whether the portrait was read, as what it is, and this side shows the quantity."""
    return (
        known.portrait is not None
        and known.portrait.facing == known.truth["view"]
        and known.portrait.facing in SEEN_FROM[name]
    )


def fit_word(name: str, known: list[Known]) -> Word:
    """From every usable reading."""
    rows = [
        (one.reading.words[name], true_word(name, one))
        for one in known
        if usable(name, one) and one.reading is not None and one.reading.words[name] is not None
    ]
    rows = [row for row in rows if row[1] is not None]
    features = np.array([row[0] for row in rows], np.float64)
    labels = np.array([row[1] for row in rows], np.float64)
    fitted = fit_logistic(features, labels, np.ones(len(rows)), PENALTY)
    weights, bias = fitted.raw()
    return Word(tuple(float(w) for w in weights), bias)


def share_rows(known: list[Known]) -> dict[str, list[tuple[float, float, float]]]:
    """By spread's key: |error|, doubt, 4v(1-v)."""
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for one in known:
        for name in HAIR_SHARES:
            truth = one.shares.get(name)
            if not usable(name, one) or truth is None or one.portrait is None or one.reading is None:
                continue
            share = one.reading.shares[name]
            if share is None or share_measurement(name, one.portrait.facing, share, GENEROUS).reason is not None:
                continue
            row = (abs(share.value - truth), share.doubt, 4 * share.value * (1 - share.value))
            rows.setdefault(spread_key(name, one.portrait.facing), []).append(row)
    return rows


class _Everything(dict[str, Spread]):
    def __missing__(self, key: str) -> Spread:
        return Spread(0.1, 0.0, 0.0)


GENEROUS = Learned({}, _Everything())


def fit_spread(rows: list[tuple[float, float, float]]) -> Spread:
    """The parameters with the least mean u that cover `COVERED` of the errors."""
    error, doubt, between = np.array(rows, np.float64).T
    best, least = Spread(1.0, 0.0, 0.0), np.inf
    for b, c in itertools.product(np.linspace(0, 2, 11), np.linspace(0, 0.6, 7)):
        a = max(MIN_U, float(np.quantile(error - b * doubt - c * between, COVERED)))
        mean = float((a + b * doubt + c * between).mean())
        if mean < least:
            best, least = Spread(a, float(b), float(c)), mean
    return best


def fit(known: list[Known]) -> Learned:
    """Everything from these readings."""
    words = {name: fit_word(name, known) for name in ALL if name not in HAIR_SHARES}
    spreads: dict[str, Spread] = {}
    rows = share_rows(known)
    for name, facing in itertools.product(HAIR_SHARES, Facing):
        key = spread_key(name, facing)
        if facing in SEEN_FROM[name]:
            spreads[key] = fit_spread(rows[key]) if len(rows.get(key, [])) >= 12 else Spread(1.0, 0.0, 0.0)
    return Learned(words, spreads)


def plain(fitted: Learned) -> dict[str, Any]:
    """The file's form."""
    return {
        "words": {
            name: {"weights": [round(w, 5) for w in word.weights], "bias": round(word.bias, 5)}
            for name, word in fitted.words.items()
        },
        "spreads": {
            key: [round(x, 4) for x in (spread.least, spread.per_doubt, spread.between)]
            for key, spread in fitted.spreads.items()
        },
    }


def cross_validated(known: list[Known], by_fold: list[Learned]) -> dict[str, Counter[str]]:
    """Verdicts by quantity, each reading judged by the fold that never saw its person."""
    table: dict[str, Counter[str]] = {name: Counter() for name in ALL}
    for one in known:
        truth = json.dumps(one.truth["attributes"], sort_keys=True)
        if one.portrait is None or one.reading is None:
            found: dict[str, Measurement] = {}
        else:
            found = judge_reading(one.portrait, one.reading, by_fold[fold_of(one.name)])
        for name in ALL:
            brow = one.shares.get("hair_brow")
            good = true_good(name, truth)
            if name == "hair_brow" and brow is not None:
                good = brow <= SHARE_LIMITS[name]
            if good is None or one.truth["view"] not in SEEN_FROM[name]:
                continue
            table[name][VERDICT[good] + ">" + VERDICT[said(name, found.get(name))]] += 1
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description="Learn how sure the head's checks are.")
    parser.add_argument("--readings", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    known = [one for path in options.readings for one in pickle.loads(path.read_bytes())]
    by_fold = [fit([one for one in known if fold_of(one.name) != fold]) for fold in range(FOLDS)]
    data = {
        "made_by": "tools/grooming/fit_head.py",
        "use": plain(fit(known)),
        "folds": [plain(one) for one in by_fold],
        "fitted_on": {one.digest: fold_of(one.name) for one in known},
    }
    options.out.write_text(json.dumps(data, indent=1) + "\n")
    print("agreement", round(float(np.mean([one.agreement for one in known if one.portrait])), 4))
    print("facing wrong", Counter((one.truth["view"], str(one.portrait and one.portrait.facing)) for one in known))
    for name, counts in cross_validated(known, by_fold).items():
        right = counts["pass>pass"] + counts["fail>fail"]
        wrong = counts["pass>fail"] + counts["fail>pass"]
        total = sum(counts.values())
        print(
            f"{name:16s} n {total:4d} right {right:4d} wrong {wrong:3d} "
            f"decided {(right + wrong) / max(total, 1):.2f} {dict(counts)}"
        )


if __name__ == "__main__":
    main()
