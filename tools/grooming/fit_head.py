"""Learn how sure the head's checks are, from readings of people whom the network never saw; cross-validate by person.

    python tools/grooming/fit_head.py --readings READINGS.pickle [...] --out vision/data/grooming_head.json

Words: logistic regression. Shares: straightened on the log odds, then
u = a + b doubt + c 4v(1-v), the smallest that covers 98 % of the errors. Each of
ten folds is also fitted without its people; the table printed at the end is theirs. Run from the repository's root with
the root and this folder on PYTHONPATH.
"""

from __future__ import annotations

import argparse
import itertools
import json
import pickle
from collections import Counter
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from collect import Known
from logistic import fit_logistic

from app.bench.grooming import SHARE_LIMITS, said, true_good
from vision.grooming.head import ALL, HAIR_SHARES, MAX_U, SEEN_FROM, judge_reading, share_measurement, spread_key
from vision.grooming.learned import FOLDS, Learned, Spread, Word, fold_of
from vision.grooming.seen import Facing
from vision.grooming.shares import Share
from vision.types import FloatArray, Measurement

PENALTY = 2.0
COVERED = 0.98
MIN_U = 0.03
HINT_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5)
RARE = 0.15
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
    share = float(labels.mean())
    weights_of = np.ones(len(rows))
    if min(share, 1 - share) < RARE:  # a handful of people must not be drowned by the rest
        wanted = RARE if share < 0.5 else 1 - RARE
        weights_of = np.where(labels > 0.5, wanted / share, (1 - wanted) / (1 - share))
    fitted = fit_logistic(features, labels, weights_of, PENALTY)
    weights, bias = fitted.raw()
    return Word(tuple(float(w) for w in weights), bias)


def share_rows(known: list[Known]) -> dict[str, list[tuple[Share, float]]]:
    """By spread's key: the share as read and the true one."""
    rows: dict[str, list[tuple[Share, float]]] = {}
    for one in known:
        for name in HAIR_SHARES:
            truth = one.shares.get(name)
            if not usable(name, one) or truth is None or one.portrait is None or one.reading is None:
                continue
            share = one.reading.shares[name]
            if share is None or share_measurement(name, one.portrait.facing, share, GENEROUS).reason is not None:
                continue
            rows.setdefault(spread_key(name, one.portrait.facing), []).append((share, truth))
    return rows


class _Everything(dict[str, Spread]):
    def __missing__(self, key: str) -> Spread:
        return Spread(0.1, 0.0, 0.0)


GENEROUS = Learned({}, _Everything())


def straightened(shares: list[Share], truth: FloatArray) -> tuple[float, float, float]:
    """Gain and offset on the log odds and the weight of the hint with the least mean error."""
    inner = np.clip([share.value for share in shares], 0.005, 0.995)
    odds, hints = np.log(inner / (1 - inner)), np.array([share.hint for share in shares])
    weights = HINT_WEIGHTS if hints.any() else (0.0,)
    best, least = (1.0, 0.0, 0.0), np.inf
    for gain, offset, hint in itertools.product(np.linspace(0.8, 4.0, 17), np.linspace(-3, 3, 25), weights):
        value = 1 / (1 + np.exp(-(gain * odds + offset + hint * hints)))
        error = float(np.abs(value - truth).mean()) + 0.002 * (gain - 1 + hint)
        if error < least:
            best, least = (float(gain), float(offset), float(hint)), error
    return best


def fit_spread(given: list[tuple[Share, float]], limit: float) -> Spread:
    """Parameters that cover `COVERED` of the straightened value's errors and leave the fewest readings undecided."""
    shares, truth = [share for share, _ in given], np.array([true for _, true in given])
    straight = straightened(shares, truth)
    value = np.array([Spread(0.0, 0.0, 0.0, *straight).value(share) for share in shares])
    doubt, between = np.array([share.doubt for share in shares]), 4 * value * (1 - value)
    error = np.abs(value - truth)
    best, least = Spread(1.0, 0.0, 0.0, *straight), np.inf
    for b, c in itertools.product(np.linspace(0, 2, 11), np.linspace(0, 0.9, 10)):
        a = max(MIN_U, float(np.quantile(error - b * doubt - c * between, COVERED)))
        u = a + b * doubt + c * between
        undecided = (u > MAX_U) | (np.abs(value - limit) <= u)
        cost = float(undecided.mean()) + 0.2 * float(np.minimum(u, MAX_U).mean())
        if cost < least:
            best, least = Spread(a, float(b), float(c), *straight), cost
    return best


def fit(known: list[Known]) -> Learned:
    """Everything from these readings."""
    words = {name: fit_word(name, known) for name in ALL if name not in HAIR_SHARES}
    spreads: dict[str, Spread] = {}
    rows = share_rows(known)
    for name, facing in itertools.product(HAIR_SHARES, Facing):
        key = spread_key(name, facing)
        if facing in SEEN_FROM[name]:
            spreads[key] = (
                fit_spread(rows[key], SHARE_LIMITS[name]) if len(rows.get(key, [])) >= 12 else Spread(1.0, 0.0, 0.0)
            )
    return Learned(words, spreads)


def plain(fitted: Learned) -> dict[str, Any]:
    """The file's form."""
    return {
        "words": {
            name: {"weights": [round(w, 5) for w in word.weights], "bias": round(word.bias, 5)}
            for name, word in fitted.words.items()
        },
        "spreads": {key: [round(x, 4) for x in astuple(spread)] for key, spread in fitted.spreads.items()},
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
