"""The pages batch, standards and setup as scripts: they draw without a fault and keep what is typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.house_packs import Edit, list_all_packs, save_version
from app.places import Places
from app.texts import literal
from tests.consenting import consented

ROOT = Path(__file__).parent.parent.parent
LIMIT_S = 60
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("YITAI_HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return Places(tmp_path)


def page(name: str) -> AppTest:
    """The view of that name alone, as the frame runs it."""
    script = f"from app.views.{name} import show\nshow()\n"
    return AppTest.from_string(script, default_timeout=LIMIT_S)


def kept(places: Places) -> dict[str, object]:
    document: dict[str, object] = json.loads(places.preferences.read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("name", ["batch", "standards", "setup"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_draws_without_a_fault_in_an_empty_home(places: Places, name: str, language: str) -> None:
    at = page(name)
    at.session_state["language"] = language
    at.run()
    assert not at.exception
    assert len(at.title) == 1


def test_starting_a_batch_of_nothing_is_one_sentence(places: Places) -> None:
    consented(places.root)
    at = page("batch").run()
    at.button(key="batch-start").click().run()
    assert [error.value for error in at.error] == ["choose at least one recording"]
    assert not places.batches.exists()


def test_a_page_for_others_offers_no_folder_of_the_server(places: Places) -> None:
    at = page("batch").run()  # here the server's address is not set: not bound to this machine alone
    assert not at.exception
    assert not any("Folder on the server" in str(group.options) for group in at.button_group)


def test_an_edit_is_shown_old_to_new_and_saved_as_a_version(places: Places) -> None:
    at = page("standards")
    at.session_state["kept_values"] = {"standards-mode": "edit", "standards-drill": "bow"}
    at.run()
    at.number_input(key="w-edit-telecom-bow.angle-low").set_value(8.0).run()
    at.text_input(key="w-edit-author").set_value("Lin").run()
    at.text_area(key="w-edit-reason").set_value("low counter").run()
    at.button(key="edit-save").click().run()
    assert not at.exception
    assert [choice.id for choice in list_all_packs(places)][:2] == ["telecom", "telecom+1"]
    assert "house version 1" in at.success[0].value
    assert at.selectbox(key="w-standards-pack").value.endswith("telecom+1.toml")
    at.button(key="standard-default").click().run()
    assert str(kept(places)["standard"]).endswith("telecom+1.toml")


def test_a_lower_limit_above_the_upper_one_is_one_sentence_and_cannot_be_saved(places: Places) -> None:
    at = page("standards")
    at.session_state["kept_values"] = {"standards-mode": "edit", "standards-drill": "bow"}
    at.run()
    at.number_input(key="w-edit-telecom-bow.angle-low").set_value(28.0).run()
    assert [error.value for error in at.error] == [
        literal("bow angle: the lower limit 28° is above the upper limit 20°")
    ]
    assert not any(button.key == "edit-save" for button in at.button)


def test_a_locked_figure_has_no_field(places: Places) -> None:
    at = page("standards")
    at.session_state["kept_values"] = {"standards-mode": "edit", "standards-drill": "sit"}
    at.run()
    keys = [field.key for field in at.number_input]
    assert "w-edit-telecom-sit.depth_shallow-low" in keys
    assert not any(str(key).startswith("w-edit-telecom-sit.knees-") for key in keys)


def test_discarding_brings_the_old_numbers_back(places: Places) -> None:
    at = page("standards")
    at.session_state["kept_values"] = {"standards-mode": "edit", "standards-drill": "bow"}
    at.run()
    at.number_input(key="w-edit-telecom-bow.angle-high").set_value(22.0).run()
    at.button(key="edit-discard").click().run()
    assert at.number_input(key="w-edit-telecom-bow.angle-high").value == 20.0
    assert not any(button.key == "edit-save" for button in at.button)


def test_versions_are_listed_with_author_reason_and_difference(places: Places) -> None:
    telecom = list_all_packs(places)[0]
    save_version(
        places, telecom, [Edit("bow.angle", 8.0, 20.0)], "Lin", "low counter", datetime(2026, 3, 1, tzinfo=UTC)
    )
    at = page("standards")
    at.session_state["kept_values"] = {"standards-mode": "history"}
    at.run()
    assert not at.exception
    text = " ".join(element.proto.body for element in at.get("html"))
    assert all(word in text for word in ("Lin", "low counter", "10° to 20°", "8° to 20°"))


def test_what_is_set_is_kept_for_the_next_session(places: Places) -> None:
    at = page("setup").run()
    at.number_input(key="setup-height").set_value(168.0).run()
    at.selectbox(key="setup-sex").set_value("f").run()
    at.toggle(key="setup-spoken").set_value(True).run()
    at.selectbox(key="setup-standard-telecom").set_value("U1").run()
    assert not at.exception
    assert (kept(places)["height_cm"], kept(places)["sex"]) == (168.0, "f")
    assert (kept(places)["spoken"], kept(places)["standard"]) == (True, "U1")
    again = page("setup").run()
    assert again.number_input(key="setup-height").value == 168.0
    assert again.selectbox(key="setup-standard-U1").value == "U1"


def test_a_camera_file_that_broke_is_said_and_not_used(places: Places) -> None:
    places.cameras.mkdir(parents=True)
    (places.cameras / "hall.json").write_text("{", encoding="utf-8")
    at = page("setup").run()
    box = next(box for box in at.selectbox if str(box.key).startswith("setup-camera"))
    box.set_value(str(places.cameras / "hall.json")).run()
    assert not at.exception
    assert len(at.error) == 1
    assert literal("hall.json") in at.error[0].value
    assert not places.preferences.exists()
