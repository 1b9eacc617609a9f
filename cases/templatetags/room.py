"""`{% load room %}`: how long an item of the agenda takes, in words."""

from django import template

from cases.templatetags.cases import source_of_words
from earlyhelp.web.templatetags.eh import plural

register = template.Library()


@register.filter
def whose_words(note) -> str:
    """The child's name before where their words come from, for an item about several children."""
    return f"{note.about.called}. {source_of_words(note)}"


@register.filter
def minutes_of(seconds: int) -> int:
    """Seconds as whole minutes, at least one: what was talked about at all took a minute."""
    return max(1, round(seconds / 60))


@register.filter
def time_left(item) -> str:
    """ "3 minutes left" or "2 minutes over" of the time planned for an item; room.js says the same while it runs."""
    left = item.minutes_planned - item.seconds // 60
    return f"{plural(left, 'minute')} left" if left >= 0 else f"{plural(-left, 'minute')} over"


@register.filter
def time_taken(item) -> str:
    """ "8 of 10 minutes" of an item that was talked about; "" when nobody took the time."""
    if not item.seconds:
        return ""
    return f"{minutes_of(item.seconds)} of {plural(item.minutes_planned, 'minute')}"
