"""ClamAV's own daemon with the settings we ship: what it says is understood, and it takes what people really send."""

import io

import pytest

from cases.papers import scanner
from cases.papers.scanner import Verdict
from tests.fixtures.clamd import EICAR
from tests.papers.hostile import honest, viruses

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_clamd")]
MB = 1024 * 1024


def test_understood():
    assert scanner.answers()
    assert scanner.scan(io.BytesIO(b"A letter.")) == Verdict.CLEAN
    assert scanner.scan(io.BytesIO(EICAR)) == Verdict.VIRUS


def test_largest_file_passes_and_a_larger_one_is_said_to_be_too_large():
    assert scanner.scan(io.BytesIO(b"A letter. " * (20 * MB))) == Verdict.CLEAN  # EH_DOCUMENT_MAX_MB is 200 at most
    assert scanner.scan(io.BytesIO(b"A letter. " * (22 * MB))) == Verdict.TOO_LARGE


def test_finds_a_virus_wherever_it_is():
    found = {what: scanner.scan(io.BytesIO(data)) for _name, data, what in viruses()}
    assert {what for what, verdict in found.items() if verdict != Verdict.VIRUS} == set()


def test_takes_what_people_really_send():
    stopped = [what for _name, data, what in honest() if scanner.scan(io.BytesIO(data)) != Verdict.CLEAN]
    assert stopped == []
