"""The network that says which of two folded hands lies on top."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def _block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
    )


class HandTopNet(nn.Module):
    """One score (N, 1) for crops (N, 3, 64, 64); score(crop) - score(mirrored crop) are the log odds of "right"."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(_block(3, 16), _block(16, 32), _block(32, 48), _block(48, 64))
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 16, 1))

    def forward(self, crops: Tensor) -> Tensor:
        """Scores (N, 1)."""
        scores: Tensor = self.head(self.features(crops))
        return scores

    def log_odds(self, crops: Tensor) -> Tensor:
        """(N,) antisymmetric under mirroring."""
        both = self(torch.cat([crops, crops.flip(-1)]))[:, 0]
        return both[: len(crops)] - both[len(crops) :]
