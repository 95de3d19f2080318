"""``yitai privacy``: how long data is kept, taking out and erasing what is held about a person, who agreed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.commands.account import places_of
from app.library.records import store_of
from app.places import Places
from app.privacy import consents
from app.privacy.erase import erase as erase_person
from app.privacy.erase import finish_begun
from app.privacy.erase import verify as search_again
from app.privacy.people import find_person
from app.privacy.periods import PERIODS, Kind, days_text, periods, set_period
from app.privacy.purge import Due, due
from app.privacy.purge import purge as purge_now
from app.privacy.receipt import holds, key_of, load, outside, person_hash
from app.privacy.search import Found
from app.privacy.take_out import take_out
from app.session import EXIT_INPUT, EXIT_OK, Session, require
from app.store.schema import Consent
from app.store.viewers import LOCAL
from app.texts import pick
from vision.errors import UsageError


@dataclass(frozen=True, slots=True)
class Change:
    """A new period: ``days`` "none" keeps without an end."""

    kind: str | None
    days: str | None


def _places(home: Path | None, session: Session) -> Places:
    """The data folder; an erasure that was broken off there is finished first."""
    places = places_of(home)
    for done in finish_begun(places):
        session.warn(f"已完成先前中断的删除 {done.id}", f"finished erasure {done.id}, which had been broken off")
    return places


def retention(change: Change, home: Path | None, session: Session) -> int:
    """Show the periods, or change one."""
    store = store_of(_places(home, session))
    if change.kind is not None:
        require(change.days is not None, "请给出天数或 none", "give a number of days, or none")
        set_period(store, LOCAL, _kind(change.kind), _days(change.days or ""))
    for kind, days in periods(store).items():
        period = PERIODS[kind]
        session.say(
            f"{kind}  {days_text(days, 'zh')}  {period.zh}（默认 {days_text(period.days, 'zh')}）",
            f"{kind}  {days_text(days, 'en')}  {period.en} (default {days_text(period.days, 'en')})",
        )
    return EXIT_OK


def _kind(text: str) -> Kind:
    known = ", ".join(Kind)
    require(text in list(Kind), f"没有类别 {text}；可用：{known}", f"no kind {text}; known: {known}")
    return Kind(text)


def _days(text: str) -> int | None:
    if text == "none":
        return None
    require(text.isdecimal(), f"天数应为整数或 none，实为 {text}", f"expected a number of days or none, got {text}")
    return int(text)


def purge(home: Path | None, session: Session, *, dry_run: bool) -> int:
    """Remove what has been kept for long enough, or say what would go."""
    places = _places(home, session)
    gone = due(places) if dry_run else purge_now(places)
    for one in gone:
        _say_due(one, session)
    zh, en = ("将删除", "would be removed") if dry_run else ("已删除", "removed")
    session.say(f"{zh} {len(gone)} 项", f"{len(gone)} {en}")
    return EXIT_OK


def _say_due(one: Due, session: Session) -> None:
    line = f"{one.kind}  {one.since:%Y-%m-%d}  {one.name}"
    session.say(line, line)


def export(name: str, out: Path, home: Path | None, session: Session) -> int:
    """Everything held about a person, as a ZIP."""
    places = _places(home, session)
    person = find_person(store_of(places), name)
    done = take_out(places, person, out, session.language)
    session.say(
        f"{person.name}：{done.takes} 段录像、{done.files} 个文件、{done.rows} 行记录 -> {done.path}",
        f"{person.name}: {done.takes} takes, {done.files} files, {done.rows} rows -> {done.path}",
    )
    return EXIT_OK


def erase(name: str, receipt: Path | None, home: Path | None, session: Session) -> int:
    """Erase a person and write the receipt; 1 when the search afterwards still finds something."""
    places = _places(home, session)
    goal = outside(receipt or Path("erasure-receipt.json"), places.root)
    require(not goal.exists(), f"{goal} 已存在", f"{goal} exists already")
    done = erase_person(places, name, goal)
    count = sum(one.kind == "file" for one in done.removed)
    takes = sum(one.kind == "take" for one in done.removed)
    session.say(
        f"已删除 {takes} 段录像、{count} 个文件及全部记录；凭证：{goal}",
        f"erased: {takes} takes, {count} files and all rows; receipt: {goal}",
    )
    for copy in done.receipt["may_still_hold"]["copies"]:
        zh, en = ("仍含有", "still holds it") if copy["holds"] else ("不含", "does not hold it")
        session.say(f"副本 {copy['file']}：{zh}", f"copy {copy['file']}: {en}")
    return _say_found(done.found, session)


def verify(receipt: Path, name: str | None, home: Path | None, session: Session) -> int:
    """Check a receipt's seal and search again; 1 when the seal is broken or something is found."""
    places = _places(home, session)
    document = load(receipt)
    if not holds(document, key_of(places.root)):
        raise UsageError(
            f"{receipt}: the seal does not hold; it was changed, or comes from another installation",
            f"{receipt}：封签不符，凭证被改过或来自其他安装",
        )
    names = () if name is None else (name,)
    person = document["person"]
    known = name is None or person_hash(name, person["salt"]) in person["sha256"]
    require(known, "凭证不是这个人的", "the receipt is of somebody else")
    session.say(f"凭证 {document['id']}：封签有效", f"receipt {document['id']}: the seal holds")
    return _say_found(search_again(places, document, names), session)


def _say_found(found: tuple[Found, ...], session: Session) -> int:
    for one in found:
        session.warn(f"仍存在：{one.where}（{one.what}）", f"still there: {one.where} ({one.what})")
    if not found:
        session.say("复查：没有找到残留", "searched again: nothing is left")
    return EXIT_INPUT if found else EXIT_OK


def consent(name: str | None, home: Path | None, session: Session, *, withdraw: bool) -> int:
    """Who agreed to what, or ends the consent of a trainee who asked for that."""
    store = store_of(_places(home, session))
    person = None if name is None else find_person(store, name)
    trainee = None if person is None else person.owned.trainee
    if withdraw:
        require(trainee is not None, "请给出学员姓名", "give the name of a trainee")
        consents.withdraw_for(store, LOCAL, trainee or 0)
    who = Consent.id > 0 if person is None else Consent.trainee_id == (trainee or 0)
    for given in consents.history(store, who):
        ended = f"{given.withdrawn:%Y-%m-%d}" if given.withdrawn else pick(session.language, "有效", "holds")
        called = given.who or pick(session.language, "本机", "this computer")
        line = f"{given.given:%Y-%m-%d}  {called}  {given.how}  {given.version}  {ended}"
        session.say(line, line)
    return EXIT_OK
