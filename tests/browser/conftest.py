"""Browser tests run where Debian's Chromium is installed; ``.ci/run`` installs it."""

from __future__ import annotations

import pytest

from tests.browser.site import CHROMIUM


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, visibly, where there is no Chromium."""
    for item in items:
        if item.get_closest_marker("browser") and not CHROMIUM.exists():
            item.add_marker(pytest.mark.skip(reason="no /usr/bin/chromium; on Debian: apt-get install chromium"))
