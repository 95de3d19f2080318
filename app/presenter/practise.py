"""What the practise page offers: standards, drill cards, and the line that says for whom and with which camera."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.house_packs import PackChoice
from app.preferences import Preferences
from app.texts import pick
from calibration.camera import Camera
from vision.errors import PackError
from vision.quantities import DRILL_TEXT
from vision.report.wording import BASIS_TEXT, LEVEL_TEXT, typeset
from vision.standard import Decided, Pack, PackClause, load_pack
from vision.types import Basis, Drill

PRACTISED = (Drill.STAND, Drill.BOW, Drill.GUIDE, Drill.SIT, Drill.WALK, Drill.SQUAT, Drill.HAND_OVER, Drill.GROOM)
# From where one camera sees the drill's main quantity best (docs/accuracy.md), and what goes before it.
NEEDS: dict[Drill, tuple[str, str]] = {
    Drill.STAND: ("从正面拍，双脚入画", "Seen from the front, feet in view"),
    Drill.BOW: ("从侧面拍，先站直片刻", "Seen from the side; stand upright first"),
    Drill.GUIDE: ("从正面拍，伸手一侧留出空间", "Seen from the front, room beside you"),
    Drill.SIT: ("从侧面拍，椅面入画", "Seen from the side, seat in view"),
    Drill.WALK: ("从正面拍，留出几步距离", "Seen from the front, a few steps of room"),
    Drill.SQUAT: ("从侧面拍，全身入画", "Seen from the side, whole body in view"),
    Drill.HAND_OVER: ("斜侧面拍，双手入画", "Seen obliquely, both hands in view"),
    Drill.GROOM: ("站在 1–1.5 米处，按提示转身", "1-1.5 m away; turn as you are told"),
}
SEX_TEXT = {"f": ("女", "female"), "m": ("男", "male")}


@dataclass(frozen=True, slots=True)
class DrillCard:
    """A drill as a picture card. ``figure`` is the document's number, or says that it gives none."""

    drill: Drill
    picture: str  # name of a shipped asset
    name: str
    ask: str
    source: str
    figure: str
    documented: bool
    needs: str


def practisable(choices: Iterable[PackChoice]) -> tuple[PackChoice, ...]:
    """The standards that judge a drill; broken house versions are left out."""
    return tuple(choice for choice in choices if _has_drills(choice.id_or_path))


def _has_drills(id_or_path: str) -> bool:
    try:
        return bool(drills_of(load_pack(id_or_path)))
    except PackError:
        return False


def standard_name(choice: PackChoice, language: str) -> str:
    """The title; a house version with its number and author."""
    title = pick(language, choice.title_zh, choice.title_en)
    if not choice.author:
        return title
    return pick(
        language, f"{title}（{choice.version}，{choice.author}）", f"{title} ({choice.version}, {choice.author})"
    )


def drills_of(pack: Pack) -> tuple[Drill, ...]:
    """The drills that a pack judges by measurement."""
    judged = {drill for clause in pack.clauses if clause.decided is Decided.MEASURED for drill in clause.drills}
    return tuple(drill for drill in PRACTISED if drill in judged)


def main_clause(pack: Pack, drill: Drill, sex: str | None) -> PackClause:
    """The clause that counts most; of equal ones that which asks both sexes, then that with a figure."""
    fitting = [
        clause
        for clause in pack.clauses
        if clause.decided is Decided.MEASURED
        and drill in clause.drills
        and (clause.sex is None or sex is None or clause.sex == sex)
    ]
    return max(
        fitting, key=lambda clause: (not clause.informative, clause.weight, not clause.sex, bool(clause.figure_zh))
    )


def drill_cards(pack: Pack, language: str, sex: str | None = None) -> tuple[DrillCard, ...]:
    """One card for each drill of the pack."""
    return tuple(_card(pack, drill, language, sex) for drill in drills_of(pack))


def _card(pack: Pack, drill: Drill, language: str, sex: str | None) -> DrillCard:
    clause = main_clause(pack, drill, sex)
    figure = pick(language, typeset(clause.figure_zh), clause.figure_en)
    name = pick(language, *DRILL_TEXT[drill])
    return DrillCard(
        drill=drill,
        picture=f"drill_{drill}.svg",
        name=name[:1].upper() + name[1:],
        ask=pick(language, typeset(clause.clause.zh), clause.clause.en),
        source=clause.clause.source,
        figure=figure or BASIS_TEXT[Basis.HOUSE][language],
        documented=bool(figure),
        needs=pick(language, *NEEDS[drill]),
    )


def for_whom(preferences: Preferences, camera: Camera | None, language: str) -> str:
    """Height, sex and camera in one line; what is missing is said."""
    height = (
        pick(language, "身高未填", "height not given")
        if preferences.height_cm is None
        else pick(language, f"身高 {preferences.height_cm:g} cm", f"{preferences.height_cm:g} cm tall")
    )
    sex = pick(language, *SEX_TEXT.get(preferences.sex or "", ("性别未填", "sex not given")))
    if camera is None:
        seen = pick(language, "相机未标定（误差较大）", "camera not calibrated (wider uncertainty)")
    else:
        level = LEVEL_TEXT[camera.level][language]
        name = Path(preferences.camera or "").stem.removesuffix(".camera")
        seen = pick(language, f"相机 {name}（{level}）", f"camera {name} ({level})")
    return " · ".join((height, sex, seen))
