"""``yitai doctor``: what is wrong, one line for each fault."""

from __future__ import annotations

import json
from pathlib import Path

from app.commands.account import places_of
from app.doctor.finding import MARKS, Outcome
from app.doctor.look import findings
from app.session import EXIT_INPUT, EXIT_OK, Session
from app.settings import database_url, program_version

SCHEMA = "yitai.doctor/1"


def run_doctor(home: Path | None, *, quick: bool, as_json: bool, session: Session) -> int:
    """Look at everything; 1 when something is wrong."""
    root = places_of(home).root
    found = []
    for finding in findings(root, database_url(), quick=quick):
        found.append(finding)
        if not as_json:
            mark = MARKS[finding.outcome]
            session.say(f"{mark} {finding.zh}", f"{mark} {finding.en}")
    wrong = sum(finding.outcome is Outcome.BAD for finding in found)
    if as_json:
        document = {
            "schema": SCHEMA,
            "program": {"version": program_version()},
            "home": str(root),
            "ok": wrong == 0,
            "findings": [
                {"area": one.area, "outcome": str(one.outcome), "subject": one.subject, "zh": one.zh, "en": one.en}
                for one in found
            ],
        }
        line = json.dumps(document, ensure_ascii=True, indent=1)
        session.say(line, line)
    elif wrong:
        session.warn(f"发现 {wrong} 个问题", f"{wrong} thing{'s' if wrong > 1 else ''} wrong")
    return EXIT_INPUT if wrong else EXIT_OK
