"""Minutes that several people type at once: through the real live process and the database."""

import pytest

from cases.models import Minute, MinuteUpdate
from earlyhelp.access.context import as_system

pytestmark = pytest.mark.django_db(transaction=True)


def texts(meeting) -> list[str]:
    with as_system():
        return [minute.text for minute in Minute.objects.filter(meeting=meeting)]


def test_three_people_type_in_one_entry(writers, peer_of):
    meeting, who = writers(3)
    peers = [peer_of(each, meeting) for each in who]
    entry = peers[0].begin("Amara ")
    peers[0].settle()
    for peer in peers[1:]:
        peer.wait("minutes.entry")
    peers[0].type(entry, 6, "was on time")
    peers[1].type(entry, 0, "Today: ")
    peers[2].type(entry, 6, "and Jude ")
    for peer in peers:
        peer.settle()
    until = 100
    while len({peer.text(entry) for peer in peers}) > 1 and until:
        until -= 1
        for peer in peers:
            peer.hear(0.05)
    said = peers[0].text(entry)
    assert {peer.text(entry) for peer in peers} == {said}
    assert all(words in said for words in ("Today: ", "was on time", "and Jude "))
    with as_system():
        assert MinuteUpdate.objects.count() == 4
