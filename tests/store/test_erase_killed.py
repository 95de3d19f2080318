"""An erasure that is killed is finished by the next command: nothing is left, and the receipt lists everything."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import main
from app.places import Places
from app.privacy.erase import finish_begun, verify
from app.privacy.receipt import holds, key_of, load
from app.privacy.search import ERASING
from app.store import audit
from app.store.accounts import add_account
from app.store.database import Store
from app.store.people import trainees
from app.store.viewers import Role
from tests.store.people import KINDS, OF_NOBODY, PASSWORD, cast

ERASE = """
import os, signal, sys
from pathlib import Path
from app.places import Places
from app.privacy import erase
def dies(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(erase, sys.argv[3], dies)
erase.erase(Places(Path(sys.argv[1])), "Li", Path(sys.argv[2]))
"""
MOMENTS = ("write_down", "_remove_files", "_remove_strays", "redact", "_remove_rows", "_checked", "save", "forget")


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_erasure_that_is_killed_is_finished_with_its_receipt(
    places: Places, store: Store, tmp_path: Path, moment: str
) -> None:
    made = cast(places, tmp_path)
    hers = {made.takes[kind].id for kind in KINDS if kind != OF_NOBODY}
    receipt = tmp_path / "receipt.json"
    killed = subprocess.run([sys.executable, "-c", ERASE, str(places.root), str(receipt), moment], timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert receipt.exists() is (moment == "forget")
    assert main(["privacy", "retention", "--home", str(places.root)]) == 0
    if moment == "write_down":  # nothing was promised yet, and nothing is gone
        assert not receipt.exists()
        assert len([one for one in made.takes.values() if one.folder.is_dir()]) == len(KINDS)
        return
    document = load(receipt)
    assert holds(document, key_of(places.root))
    assert {one["name"] for one in document["removed"] if one["kind"] == "take"} == hers
    assert len([one for one in document["removed"] if one["kind"] == "file"]) >= 2 * len(hers)
    assert document["verification"]["found"] == []
    assert verify(places, document, ["Li"]) == ()
    assert not list((places.root / ERASING).iterdir())
    assert "Li" not in {person.name for person in trainees(store)}
    assert made.takes[OF_NOBODY].folder.is_dir()
    lines = [line for line in audit.entries(store) if line.action == "erased"]
    assert {line.subject for line in lines} == {f"erased-{document['id']}"}
    assert finish_begun(places) == ()


def test_somebody_new_of_the_same_name_is_not_erased_with_the_rest(
    places: Places, store: Store, tmp_path: Path
) -> None:
    cast(places, tmp_path)
    command = [sys.executable, "-c", ERASE, str(places.root), str(tmp_path / "receipt.json"), "_checked"]
    assert subprocess.run(command, timeout=120).returncode == -signal.SIGKILL
    add_account(store, "Filler", Role.TRAINEE, PASSWORD)  # takes the number that may be given out again
    add_account(store, "Li", Role.TRAINEE, PASSWORD)
    finish_begun(places)
    assert "Li" in {person.name for person in trainees(store)}
    assert holds(load(tmp_path / "receipt.json"), key_of(places.root))
