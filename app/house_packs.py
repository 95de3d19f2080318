"""House versions of the standards: a shipped pack with tolerances of one's own, by whom and why.

A version is a pack file below ``Places.packs`` that includes a shipped pack and
overrides single limits; it holds every difference to the shipped pack, not only
the last one. It is never changed again: an edit makes the next version. What a
document itself states is locked.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from app.files import remove, writing_to
from app.places import Places
from app.store.viewers import require_trainer
from vision.errors import PackError, UsageError
from vision.files import output_error
from vision.quantities import WORD_TEXT, label_text, number_text, quantity
from vision.standard import list_packs, load_pack, validate_pack_file
from vision.standard.packs import DEFAULT_PACK
from vision.standard.rules import Pack, PackClause, Rule
from vision.types import Basis

_NAME = re.compile(r"(?P<base>[A-Za-z0-9_-]+)\+(?P<number>[1-9][0-9]*)")
LONGEST_AUTHOR, LONGEST_REASON = 60, 400


@dataclass(frozen=True, slots=True)
class PackChoice:
    """A standard to choose: `vision.load_pack` takes ``id_or_path``. ``author`` to ``reason`` are "" for shipped ones.

    ``base`` is the id of the shipped pack that a house version changes, ``parent`` the version it was made from.
    """

    id_or_path: str
    title_zh: str
    title_en: str
    version: str
    author: str
    created: str  # ISO 8601, local time with offset
    reason: str
    is_house: bool
    id: str
    base: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """The limits that a rule shall have; an end that the rule does not have stays None."""

    rule: str
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A rule before and after."""

    clause: PackClause
    old: Rule
    new: Rule


def list_all_packs(places: Places) -> tuple[PackChoice, ...]:
    """The shipped packs, the default first, each followed by its house versions, the newest first."""
    found: dict[str, list[PackChoice]] = {}
    for choice in _house_choices(places.packs):
        found.setdefault(choice.base, []).append(choice)
    listed: list[PackChoice] = []
    for shipped in _shipped_choices():
        listed.append(shipped)
        listed.extend(sorted(found.get(shipped.id, ()), key=_number, reverse=True))
    return tuple(listed)


def usable_standard(places: Places, wanted: str) -> str:
    """``wanted`` when it is still there, else the shipped default: for a preference that outlived its file."""
    return wanted if any(choice.id_or_path == wanted for choice in list_all_packs(places)) else DEFAULT_PACK


@cache
def _shipped_choices() -> tuple[PackChoice, ...]:
    return tuple(
        PackChoice(info.id, info.title_zh, info.title_en, info.version, "", "", "", False, info.id, info.id)
        for info in list_packs()
    )


def _house_choices(folder: Path) -> list[PackChoice]:
    choices = (_house_choice(path) for path in (folder.glob("*+*.toml") if folder.is_dir() else ()))
    return [choice for choice in choices if choice is not None]


def _house_choice(path: Path) -> PackChoice | None:
    """What the head of a version's file says; None for a file that is none of ours."""
    name = _NAME.fullmatch(path.stem)
    try:
        head = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    texts = [head.get(key, "") for key in ("title_zh", "title_en", "version", "author", "created", "reason", "parent")]
    if name is None or not all(isinstance(text, str) for text in texts):
        return None
    title_zh, title_en, version, author, created, reason, parent = texts
    return PackChoice(
        str(path), title_zh, title_en, version, author, created, reason, True, path.stem, name["base"], parent
    )


def _number(choice: PackChoice) -> int:
    name = _NAME.fullmatch(choice.id)
    return int(name["number"]) if name else 0


def locked(rule: Rule) -> bool:
    """Whether the document itself gives this limit."""
    return rule.basis is Basis.DOCUMENTED


def changes(pack: Pack, edits: Sequence[Edit]) -> tuple[Change, ...]:
    """What ``edits`` would change; PackError, in one sentence, for the first one that cannot be."""
    rules = {rule.id: (clause, rule) for clause in pack.clauses for rule in clause.rules}
    made = []
    for edit in edits:
        if edit.rule not in rules:
            raise PackError(f"the standard has no rule '{edit.rule}'", f"标准中没有规则“{edit.rule}”")
        clause, old = rules[edit.rule]
        new = replace(old, low=edit.low, high=edit.high, words=edit.words, basis=Basis.HOUSE)
        if (new.low, new.high, set(new.words)) == (old.low, old.high, set(old.words)):
            continue
        made.append(Change(clause, old, _checked(clause, old, new)))
    return tuple(made)


def _checked(clause: PackClause, old: Rule, new: Rule) -> Rule:
    """The new rule with the target that goes with it."""
    name = old.quantity_names[0]
    zh, en = label_text(name, "zh"), label_text(name, "en")
    if locked(old):
        raise PackError(f"{en}: the document states this figure; it is locked", f"{zh}：此数值由文件规定，已锁定")
    if old.words:
        return _checked_words(new, zh, en)
    if (new.low is None) != (old.low is None) or (new.high is None) != (old.high is None):
        raise PackError(f"{en}: a limit is missing", f"{zh}：缺少界限值")
    if new.low is not None and new.high is not None and new.low > new.high:
        low, high = number_text(new.low, name), number_text(new.high, name)
        raise PackError(
            f"{en}: the lower limit {low} is above the upper limit {high}", f"{zh}：下限 {low} 高于上限 {high}"
        )
    if _holds_target(new):
        return new
    if clause.figure_zh and old.target is not None:
        figure = number_text(old.target, name)
        raise PackError(
            f"{en}: the document's own figure {figure} must lie within the tolerance",
            f"{zh}：文件规定的 {figure} 必须在允许范围之内",
        )
    return replace(new, target=None)


def _checked_words(new: Rule, zh: str, en: str) -> Rule:
    if not new.words:
        raise PackError(f"{en}: accept at least one", f"{zh}：至少接受一种")
    known = quantity(new.quantity_names[0])
    unknown = set(new.words) - set(known.words if known else ())
    if unknown:
        word = sorted(unknown)[0]
        raise PackError(f"{en}: '{word}' is not among the possible values", f"{zh}：没有“{word}”这种取值")
    return new


def _holds_target(rule: Rule) -> bool:
    target = rule.target
    return target is None or ((rule.low is None or rule.low <= target) and (rule.high is None or target <= rule.high))


def differences(old: Pack, new: Pack) -> tuple[Change, ...]:
    """The rules whose limits differ between two versions, in the order of the newer."""
    before = {rule.id: rule for clause in old.clauses for rule in clause.rules}
    return tuple(
        Change(clause, before[rule.id], rule)
        for clause in new.clauses
        for rule in clause.rules
        if rule.id in before and _limits(before[rule.id]) != _limits(rule)
    )


def _limits(rule: Rule) -> tuple[float | None, float | None, frozenset[str]]:
    return rule.low, rule.high, frozenset(rule.words)


def save_version(
    places: Places, parent: PackChoice, edits: Sequence[Edit], author: str, reason: str, now: datetime
) -> PackChoice:
    """Write the next version of ``parent``'s standard with ``edits``.

    UsageError when nothing changes or author or reason is missing, PackError for
    an edit that cannot be, OutputError when the disk refuses.
    """
    require_trainer(places.viewer)
    author, reason = " ".join(author.split())[:LONGEST_AUTHOR], " ".join(reason.split())[:LONGEST_REASON]
    if not author or not reason:
        raise UsageError("say who changes the standard, and why", "请写明修改人和修改原因")
    pack = load_pack(parent.id_or_path)
    made = changes(pack, edits)
    if not made:
        raise UsageError("nothing was changed", "没有任何修改")
    wanted = {change.new.id: change.new for change in made}
    clauses = tuple(
        replace(clause, rules=tuple(wanted.get(rule.id, rule) for rule in clause.rules)) for clause in pack.clauses
    )
    overrides = differences(load_pack(parent.base), replace(pack, clauses=clauses))
    lines = [_override(change.new) for change in overrides]
    path = _write(places.packs, parent, lines, (author, reason, now.astimezone().isoformat(timespec="seconds")))
    saved = _house_choice(path)
    assert saved is not None
    return saved


def _write(folder: Path, parent: PackChoice, overrides: list[str], signed: tuple[str, str, str]) -> Path:
    """The version's file under the next free number: checked as a pack before it takes its name."""
    shipped = next(choice for choice in _shipped_choices() if choice.id == parent.base)
    taken = [_number(choice) for choice in _house_choices(folder) if choice.base == parent.base]
    number = max(taken, default=0) + 1
    part = folder / f".{parent.base}.{os.getpid()}.toml"
    while True:
        text = "\n".join([_head(shipped, number, parent, signed), *overrides])
        final = folder / f"{parent.base}+{number}.toml"
        with writing_to(folder):
            folder.mkdir(parents=True, exist_ok=True)
            part.write_text(text, encoding="utf-8")
        try:
            problems = validate_pack_file(part)
            if problems:
                raise PackError(problems[0].en, problems[0].zh)
            os.link(part, final)  # unlike a rename, this never replaces a version that another page just saved
            final.chmod(0o444)
        except FileExistsError:
            number += 1
            continue
        except OSError as error:
            raise output_error(final, error.errno, error.strerror or "") from error
        finally:
            remove(part)
        return final


def _head(shipped: PackChoice, number: int, parent: PackChoice, signed: tuple[str, str, str]) -> str:
    author, reason, created = signed
    entries = {
        "id": f"{shipped.id}+{number}",
        "version": f"{shipped.version}+{number}",
        "title_zh": f"{shipped.title_zh} · 内部版 {number}",
        "title_en": f"{shipped.title_en} · house version {number}",
        "document": load_pack(shipped.id).document,
        "author": author,
        "created": created,
        "reason": reason,
        "parent": parent.id,
    }
    lines = [f"{key} = {_toml(value)}" for key, value in entries.items()]
    return "\n".join([*lines, f"include = [{_toml(shipped.id)}]", ""])


def _override(rule: Rule) -> str:
    lines = ["[[override]]", f"rule = {_toml(rule.id)}"]
    if rule.words:
        lines.append(f"accept = [{', '.join(_toml(word) for word in rule.words)}]")
    for key, value in (("low", rule.low), ("high", rule.high), ("target", rule.target)):
        if value is not None:
            lines.append(f"{key} = {value!r}")
    return "\n".join([*lines, 'basis = "house"', ""])


def _toml(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def words_text(words: Sequence[str], language: str) -> str:
    """Accepted words as people read them."""
    joint = "、" if language == "zh" else ", "
    return joint.join(WORD_TEXT.get(word, (word, word))[language != "zh"] for word in words)
