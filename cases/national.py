"""What was sent with a step-up, in the shape of the draft national multi-agency standard (domain.md 4.7).

The standard is a draft (July 2026) that names entities and codes: Organisation, Service, Professional, ServiceEpisode,
LifeEvent and Person; `early-help` for the episode; HL7 ParticipationType for who took which part. It settles no file
format that we could test against, so the names of our fields are our own, this shape has a version of its own, and no
conformity is claimed. Each field is described in `cases/data/draft_national_0_1.schema.json`; a test validates it.

Only what is in the frozen pack is written: never the record as it is now.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cases.models import StepUp, StepUpKind, StepUpPack
from cases.pack import SOURCE

VERSION = "0.1"
SCHEMA = Path(__file__).parent / "data" / "draft_national_0_1.schema.json"
DRAFT = "Draft Safeguarding Standard PUB02 (multi-agency information sharing), July 2026"
NO_CLAIM = "Based on a draft. No conformity with any published standard is claimed."

# HL7 ParticipationType codes that the draft uses for Involvement.
SUBJECT, AUTHOR, RESPONSIBLE = "SBJ", "AUT", "RESP"


def as_file(step_up: StepUp, pack: StepUpPack) -> bytes:
    """The file that the sender or the receiver downloads."""
    return json.dumps(document_of(step_up, pack), ensure_ascii=False, indent=1).encode()


def document_of(step_up: StepUp, pack: StepUpPack) -> dict[str, Any]:
    """The pack as the draft's entities, tied together by ids that are valid inside this file alone, but for people.

    Args:
        step_up: for its sides, its kind and its times; everything else is read from the pack.
    """
    content = pack.content
    request = content.get("request", {})
    people = [_person(number, person) for number, person in enumerate(content.get("people", []), 1)]
    children = [
        each["id"]
        for each, sent in zip(people, content.get("people", []), strict=True)
        if sent.get("is_child")
    ]
    concerned = children or [each["id"] for each in people]
    team = [
        _professional(f"professional-{n}", each["who"]) for n, each in enumerate(content.get("team", []), 2)
    ]
    author = _professional("professional-1", request.get("from", step_up.sent_by.user.full_name))
    lead = next((each for each in team if each["text"] == content.get("lead")), None)
    return {
        "format": "early-help-step-up",
        "formatVersion": VERSION,
        "basedOn": DRAFT,
        "conformity": NO_CLAIM,
        "pack": {"id": str(pack.pk), "sha256": pack.sha256, "sentAt": pack.sent_at.isoformat()},
        "organisations": [
            {"id": "sender", "name": step_up.agency.name},
            {"id": "receiver", "name": step_up.to_agency.name},
        ],
        "services": [
            {
                "id": "early-help",
                "organisation": "sender",
                "type": "early-help",
                "name": content.get("hub", ""),
            },
            {
                "id": "social-care",
                "organisation": "receiver",
                "type": "social-care",
                "name": step_up.to_agency.name,
            },
        ],
        "professionals": [author, *team],
        "people": people,
        "serviceEpisodes": [_episode(content, concerned, lead)],
        "lifeEvents": _events(step_up, request, concerned, author),
    }


def _person(number: int, sent: dict) -> dict[str, Any]:
    names = [{"use": "official", "text": sent["name"]}]
    if sent.get("known_as"):
        names.append({"use": "usual", "text": sent["known_as"]})
    return {
        "id": sent.get("id") or f"person-{number}",
        "identifiers": [],
        "names": names,
        "birthDate": sent.get("born_on"),
        "expectedBirthDate": sent.get("due_on"),
        "isChild": bool(sent.get("is_child")),
        "language": sent.get("language", ""),
        "interpreterNeeded": bool(sent.get("interpreter_needed")),
        "school": sent.get("school", ""),
    }


def _professional(key: str, words: str) -> dict[str, str]:
    return {"id": key, "text": words}


def _episode(content: dict, concerned: list[str], lead: dict | None) -> dict[str, Any]:
    return {
        "id": content.get("reference", ""),
        "type": "early-help",
        "service": "early-help",
        "start": content.get("opened_on"),
        "levelOfNeed": content.get("level", ""),
        "addresses": content.get("addresses", []),
        "involvements": [
            *({"participationType": SUBJECT, "person": each} for each in concerned),
            *([{"participationType": RESPONSIBLE, "professional": lead["id"]}] if lead else []),
        ],
    }


def _events(step_up: StepUp, request: dict, concerned: list[str], author: dict) -> list[dict[str, Any]]:
    involved = [
        *({"participationType": SUBJECT, "person": each} for each in concerned),
        {"participationType": AUTHOR, "professional": author["id"]},
    ]
    referral = {
        "type": "referral",
        "at": step_up.sent_at.isoformat(),
        "service": "social-care",
        "source": SOURCE["code"],
        "basis": step_up.basis,
        "familyTold": step_up.family_told,
        "text": request.get("reason", step_up.reason),
        "involvements": involved,
    }
    if step_up.kind != StepUpKind.INCIDENT or step_up.happened_at is None:
        return [referral]
    concern = {
        "type": "safeguarding-concern",
        "at": step_up.happened_at.isoformat(),
        "text": request.get("safe_now", step_up.safe_now),
        "involvements": involved,
    }
    return [concern, referral]
