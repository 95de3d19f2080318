"""Bounds, robust regression and table lines for `fit_hand_head`."""

from __future__ import annotations

from typing import Any

import numpy as np

from vision.types import FloatArray

RIDGE = 1.0


def upper_quantile(errors: FloatArray, share: float = 0.95) -> float:
    """Quantile with the finite-sample allowance of conformal prediction."""
    errors = np.sort(np.abs(errors))
    rank = int(np.ceil((len(errors) + 1) * share))
    return float(errors[min(rank, len(errors)) - 1] * (1.0 if rank <= len(errors) else 1.15))


def robust_ridge(x: FloatArray, y: FloatArray, scale: float = 6.0) -> FloatArray:
    """Ridge regression with L1-like weights beyond ``scale`` degrees."""
    weight = np.ones(len(y))
    beta = np.zeros(x.shape[1])
    for _ in range(6):
        xw = x * weight[:, None]
        beta = np.linalg.solve(xw.T @ x + RIDGE * np.eye(x.shape[1]), xw.T @ y)
        weight = np.minimum(1.0, scale / np.maximum(np.abs(y - x @ beta), 1e-9))
    return beta


def row(name: str, view: str, errors: FloatArray, u: FloatArray, asked: int) -> dict[str, Any]:
    """One line of the table of errors."""
    return {
        "name": name,
        "view": view,
        "n": len(errors),
        "given": round(len(errors) / max(asked, 1), 3),
        "mean_abs": round(float(np.abs(errors).mean()), 2),
        "p95": round(float(np.percentile(np.abs(errors), 95)), 2),
        "covered": round(float((np.abs(errors) <= u).mean()), 3),
        "median_u": round(float(np.median(u)), 2),
    }
