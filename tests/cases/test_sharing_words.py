"""The page to read with the family: words that a child of nine to eleven can read, and what it must say."""

import html
import re

import pytest
from django.urls import reverse

from cases.sharing_words import KINDS, TOPICS
from hubs.models import AgencyKind, Category

pytestmark = pytest.mark.django_db


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e: near enough for a mean over a page."""
    groups = re.findall(r"[aeiouy]+", word.lower())
    silent = len(groups) > 1 and re.search(r"[^aeiouyl]e$|[^td]ed$", word.lower()) is not None
    return max(1, len(groups) - silent)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade: years at school in the American count; add five for an age."""
    sentences = [each for each in re.split(r"[.?!:\n]+", text) if re.search(r"[a-z]", each)]
    words = re.findall(r"[A-Za-z’']+", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def words_of(page: str) -> str:
    """The article as lines of words, without the names of people and agencies."""
    article = page.split('<article class="app-read">')[1].split("</article>")[0]
    article = re.sub(r"The people there:.*?</p>|<h3.*?</h3>", "</p>", article)
    article = re.sub(r"</(p|li|h1|h2|h3|ul)>", ".\n", article)
    return html.unescape(re.sub(r"<[^>]+>", " ", article))


def test_grade_tells_plain_words_from_office_words():
    assert grade("You can say no. We still help you.") < 3
    assert (
        grade("Information may be disclosed to partner organisations where proportionate and necessary.") > 14
    )


def test_page_to_read_together_is_readable_at_nine_to_eleven(home, world, signed_in_as):
    for kind in (AgencyKind.HEALTH, AgencyKind.POLICE, AgencyKind.HOUSING):
        world.join(home.case, world.member(world.agency(kind)))
    page = signed_in_as(home.alice).get(reverse("record-read-together", args=[home.case.reference]))
    text = words_of(page.content.decode())
    assert grade(text) <= 5, f"grade {grade(text):.1f}"
    longest = max((len(each.split()), each) for each in re.split(r"[.?!\n]+", text))
    assert longest[0] <= 20, longest


def test_it_says_what_must_be_said(home, signed_in_as):
    page = signed_in_as(home.alice).get(reverse("record-read-together", args=[home.case.reference]))
    text = words_of(page.content.decode())
    for words in (
        "You still get help if you say no",
        "change your mind",
        "01632 960 100",
        "to keep them safe",
        "Who has looked at my record",
    ):
        assert words in text
    assert TOPICS[Category.EDUCATION] in text
    assert TOPICS[Category.HEALTH] not in text, "the agreement gives schools no health information"


def test_every_topic_and_every_kind_of_agency_has_words():
    assert set(TOPICS) == set(Category)
    assert set(KINDS) | {AgencyKind.OTHER} == set(AgencyKind)
