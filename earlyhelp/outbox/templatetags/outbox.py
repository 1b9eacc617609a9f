"""`{% load outbox %}`: what an administrator is told about messages."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from earlyhelp.outbox.models import Message
from earlyhelp.outbox.relay import subject_of as subject

register = template.Library()


@register.simple_tag
def subject_of(message: Message) -> str:
    """The subject of a message, which says no more than its kind."""
    return subject(message)


@register.simple_tag
def undelivered_messages() -> SafeString | str:
    """A line with a link while messages wait that could not be delivered; nothing while there are none."""
    count = Message.objects.undelivered().count()
    if not count:
        return ""
    words = "One message could not be delivered" if count == 1 else f"{count} messages could not be delivered"
    return format_html(
        '<div class="govuk-inset-text"><a class="govuk-link" href="{}">{}</a></div>',
        reverse("undelivered-messages"),
        words,
    )
