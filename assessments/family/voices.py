"""People's own words, drawings and recordings, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from assessments.household import Household
from assessments.models import Voice, VoiceWay
from cases.rules.document import why_not_given_out
from earlyhelp.web.dates import day

HOW = {
    VoiceWay.WORDS: "in words",
    VoiceWay.DRAWING: "by drawing",
    VoiceWay.AUDIO: "in a recording",
    VoiceWay.PLAY: "through play",
    VoiceWay.SHOWN: "by showing, without words",
}


@dataclass(kw_only=True)
class Told:
    """What one person told us once. `source` says who asked, when and how; `why_not`, why its file is not given out."""

    voice: Voice
    name: str
    source: str
    file_url: str = ""
    why_not: str = ""
    is_lost: bool = False

    @property
    def is_picture(self) -> bool:
        return bool(self.file_url) and self.voice.document.content_type.startswith("image/")

    @property
    def paper_url(self) -> str:
        """Where a paper finds the picture (assessments.family.paper)."""
        return f"picture:///{self.voice.pk}"

    @property
    def is_audio(self) -> bool:
        return bool(self.file_url) and self.voice.document.content_type.startswith("audio/")


def told_by(voices: Iterable[Voice], household: Household) -> list[Told]:
    """Rows as pages show them: those of people whom the reader may see.

    A file that has not passed the virus scanner, where there is one, is not offered (`why_not`).
    """
    found = []
    for voice in voices:
        speaker = household.subject(str(voice.speaker_id))
        if speaker is None:
            continue
        # Somebody may read the words and not the file: its row is hidden from them by its own category.
        has_file = voice.document_id is not None and voice.document is not None
        why_not = why_not_given_out(voice.document) if has_file else ""
        found.append(
            Told(
                voice=voice,
                name=speaker.name,
                source=source_of(voice),
                file_url=reverse("assessment-voice-file", args=[voice.assessment_id, voice.pk])
                if has_file and not why_not
                else "",
                why_not=why_not,
            )
        )
    return found


def source_of(voice: Voice) -> str:
    """Who obtained somebody's words, when and how: "Told Priya Shah by drawing, 3 March 2026, at school"."""
    where = f". {voice.where}" if voice.where else ""
    return f"Told {voice.obtained_by} {HOW[VoiceWay(voice.way)]}, {day(voice.obtained_on)}{where}"
