"""The county's threshold guidance: what is often seen at each level of need, by domain. Data, shown beside the choice.

Guidance supports judgement and never replaces it: nothing here reads an assessment.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from assessments.actions.answers import current_levels
from assessments.domains import DOMAINS
from assessments.household import Level
from assessments.models import LevelIndicator

SHIPPED = Path(__file__).parent / "data" / "threshold_guidance.json"
LONGEST = 300
CODES = {domain.code: domain.label for domain in DOMAINS}


@dataclass(frozen=True, kw_only=True)
class LevelGuide:
    """One level as the county names it, with (domain, what is often seen) for each domain that has any."""

    level: Level
    domains: tuple[tuple[str, tuple[str, ...]], ...]


def guides(levels: tuple[Level, ...] | None = None) -> tuple[LevelGuide, ...]:
    """The guidance for the levels in force today. One query, or two when the levels are not given."""
    if levels is None:
        levels = tuple(
            Level(number=each.number, name=each.name, description=each.description)
            for each in current_levels()
        )
    texts: dict[int, dict[str, list[str]]] = {}
    for line in LevelIndicator.objects.all():
        texts.setdefault(line.number, {}).setdefault(line.domain, []).append(line.text)
    return tuple(
        LevelGuide(
            level=level,
            domains=tuple(
                (domain.label, tuple(texts[level.number][domain.code]))
                for domain in DOMAINS
                if domain.code in texts.get(level.number, {})
            ),
        )
        for level in levels
    )


class UnsoundGuidance(ValueError):
    """A file of guidance that cannot be loaded. The message says what to put right."""


@transaction.atomic
def load(text: str, *, source: str = "") -> int:
    """Put a county's guidance in place of what is there. Returns how many lines there are now.

    Args:
        text: JSON, `{"levels": {"1": {"development": ["…"], "parents": [], "environment": []}, …}}`.
        source: where the wording comes from, kept with each line.

    Raises UnsoundGuidance; then nothing has changed.
    """
    lines = list(_lines(text))
    LevelIndicator.objects.all().delete()
    LevelIndicator.objects.bulk_create(
        LevelIndicator(number=number, domain=domain, position=place, text=words, source=source[:200])
        for number, domain, place, words in lines
    )
    return len(lines)


def _lines(text: str):
    try:
        levels = json.loads(text)["levels"].items()
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnsoundGuidance(
            'The file must be JSON with "levels" at the top. See threshold_guidance.json.'
        ) from None
    for number, domains in levels:
        if number not in {"1", "2", "3", "4"} or not isinstance(domains, dict):
            raise UnsoundGuidance(f"“{number}” is not a level. Use 1, 2, 3 and 4.")
        for domain, texts in domains.items():
            if domain not in CODES or not isinstance(texts, list):
                raise UnsoundGuidance(f"“{domain}” is not a domain. Use {', '.join(CODES)}.")
            for place, words in enumerate(texts, 1):
                if not isinstance(words, str) or not words.strip() or len(words) > LONGEST:
                    raise UnsoundGuidance(
                        f"Line {place} of level {number}, {domain}: 1 to {LONGEST} characters."
                    )
                yield int(number), domain, place, words.strip()
