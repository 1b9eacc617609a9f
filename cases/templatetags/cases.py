"""`{% load cases %}`: small parts of a family's record."""

from django import template
from django.utils.html import format_html

from cases.models import TeamPlace
from cases.record import TOPIC_COLOURS
from earlyhelp.web.dates import day, moment
from earlyhelp.web.tables import Table
from earlyhelp.web.templatetags.eh import join_words, setting, tag
from hubs.models import Category

register = template.Library()


@register.simple_tag
def topic_tag(category):
    """The category of a piece of information, in a colour that helps and words that say it."""
    return tag(Category(category).label, TOPIC_COLOURS[category])


@register.filter
def source_of_words(note):
    """Where a child's words come from: who asked, how and when."""
    who = f"Told {note.author.user.full_name}" if note.author else "Recorded"
    how = f" {note.how_asked[0].lower()}{note.how_asked[1:]}" if note.how_asked else ""
    return f"{who}{how}, {day(note.happened_at)}"


@register.simple_tag
def team_table(team):
    """The table of everybody who works with a family."""
    rows = []
    for member in team:
        person = member.membership.user
        name = format_html("{}, {}", person.full_name, lower_first(member.membership.job_title))
        if getattr(member, "is_lead", False):
            name = format_html("{}<br>{}", name, tag(setting("LEAD_PROFESSIONAL_LABEL"), "teal"))
        elif member.place == TeamPlace.COVER:
            name = format_html("{}<br>{}", name, tag("Covers for the lead", "blue"))
        elif member.reads_only:
            name = format_html("{}<br>{}", name, tag("Reads only", "grey"))
        elif member.place == TeamPlace.VOLUNTEER:
            name = format_html("{}<br>{}", name, tag("Volunteer", "purple"))
        phone = member.membership.contact_phone
        link = format_html(
            '<a class="govuk-link app-nowrap" href="tel:{}">{}</a>', phone.replace(" ", ""), phone
        )
        rows.append(
            [name, member.membership.agency.name, member.helps_with or "Not said", link if phone else ""]
        )
    return Table(
        "People working with this family",
        ["Name and role", "Agency", "What they help with", "Phone"],
        rows,
        hide_caption=True,
        empty="Nobody is on the team yet.",
    )


@register.filter
def lower_first(words):
    """ "Health visitor" after a name is "health visitor"; PCSO stays PCSO."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


@register.simple_tag
def event_table(events, with_record=False):
    """The access log as a table; with_record adds how close somebody came, and the records it was about."""
    rows = []
    for event in events:
        agency = event.membership.agency.name if event.membership else ""
        row = [moment(event.at), event.who, agency, event.sentence]
        rows.append([*row, event.get_level_display(), event.records] if with_record else row)
    heads = ["When", "Who", "Agency", "What"] + (["How close", "Record"] if with_record else [])
    return Table("Looks and changes", heads, rows, hide_caption=True, empty="Nothing matches.")


@register.filter
def by_kind(relationships):
    """A person's relationships gathered: [("Parent of", "Amara, Jude and Tobi", has parental responsibility)]."""
    gathered = {}
    for each in relationships:
        key = (each.get_kind_display(), each.has_parental_responsibility)
        gathered.setdefault(key, []).append(each.to_person.called)
    return [(kind, join_words(names), responsible) for (kind, responsible), names in gathered.items()]
