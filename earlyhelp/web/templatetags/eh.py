"""`{% load eh %}`: the project's components and filters for templates. /components shows each of them."""

from django import template
from django.conf import settings
from django.forms import BaseForm, BaseFormSet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from earlyhelp.web import dates
from earlyhelp.web.forms import summary_errors
from earlyhelp.web.navigation import address_of, navigation_for

register = template.Library()

TAG_COLOURS = ("", "grey", "green", "teal", "blue", "purple", "magenta", "red", "orange", "yellow")
SCALE_TOP = 10
LEVELS = 4

for _filter in (dates.day, dates.weekday, dates.clock, dates.moment, dates.age, dates.school_year):
    register.filter(_filter.__name__, _filter)


@register.filter
def plural(number, words):
    """{{ n|plural:"child,children" }} -> "1 child", "3 children"; with one word an s is added."""
    one, _, many = words.partition(",")
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@register.simple_tag
def setting(name):
    """A partnership setting by its name; empty when this partnership has none."""
    return settings.EARLY_HELP.get(name, "")


@register.simple_tag
def tag(text, colour=""):
    """A GOV.UK tag. Words carry the meaning; the colour only helps."""
    if colour not in TAG_COLOURS:
        raise template.TemplateSyntaxError(f"There is no tag colour “{colour}”.")
    return format_html(
        '<strong class="govuk-tag{}">{}</strong>', f" govuk-tag--{colour}" if colour else "", text
    )


@register.simple_tag
def level(number, name=""):
    """A level of need: four small bars (not read aloud) and the words."""
    bars = "".join(
        '<i class="on"></i>' if position <= number else "<i></i>" for position in range(1, LEVELS + 1)
    )
    return format_html(
        '<span class="app-nowrap"><span class="app-pips" aria-hidden="true">{}</span>Level {}{}</span>',
        SafeString(bars),
        number,
        f" {name}" if name else "",
    )


@register.simple_tag
def meter(first, now=None):
    """Ten small blocks from the first to the latest score, 0 to 10. Say the numbers in words beside it."""
    if first is None:
        return ""
    now = first if now is None else now
    kinds = (
        "on" if n <= min(first, now) else "new" if n <= now else "was" if n <= first else ""
        for n in range(1, SCALE_TOP + 1)
    )
    blocks = "".join(f'<i class="{kind}"></i>' if kind else "<i></i>" for kind in kinds)
    return format_html('<span class="app-meter" aria-hidden="true">{}</span>', SafeString(blocks))


@register.inclusion_tag("components/voice.html")
def voice(words, source):
    """A child's own words with who asked, how and when. Used for nothing else."""
    return {"words": words, "source": source}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms):
    """The error summary of one or more forms or formsets; nothing when none of them was refused."""
    errors = []
    for form in _flat(forms):
        if isinstance(form, BaseFormSet):
            errors += [("", message) for message in form.non_form_errors()]
        elif form.is_bound and form.errors:
            errors += summary_errors(form)
    return {"errors": errors}


def _flat(forms):
    for form in forms:
        if isinstance(form, BaseFormSet):
            if form.is_bound:
                form.is_valid()
                yield form
            yield from form.forms
        elif isinstance(form, list | tuple):
            yield from _flat(form)
        elif form:
            yield form


@register.simple_tag(takes_context=True)
def title_prefix(context):
    """ "Error: " when any form on the page was refused, so that a screen reader says it first."""
    for value in context.flatten().values():
        if isinstance(value, BaseForm | BaseFormSet) and value.is_bound and not value.is_valid():
            return "Error: "
    return ""


@register.inclusion_tag("components/table.html")
def stack_table(table):
    """A `earlyhelp.web.tables.Table`."""
    return {"table": table}


@register.inclusion_tag("components/pager.html")
def pager(page):
    """Links to the other pages of a list made by `page_of`; nothing for a single page."""
    return {"page": page}


@register.inclusion_tag("components/chart.html")
def chart(chart, table=None, finding="", note=""):
    """A chart with its finding above it and its table of data beside it."""
    return {"chart": chart, "table": table or chart.table(), "finding": finding, "note": note}


@register.inclusion_tag("components/service_navigation.html", takes_context=True)
def service_navigation(context):
    request = context.get("request")
    actor = getattr(request, "actor", None)
    items = navigation_for(actor, request.path, context.get("nav", "")) if actor else []
    return {"items": items}


@register.inclusion_tag("components/sub_navigation.html")
def sub_navigation(items, label):
    """Pages inside a record: items of (label, url, is current)."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/who_is_here.html", takes_context=True)
def who_is_here(context):
    """The person's name, their agency with "Change" when they have several, and Sign out."""
    request = context.get("request")
    user = getattr(request, "user", None)
    actor = getattr(request, "actor", None)
    return {
        "person": user if user is not None and user.is_authenticated else None,
        "agency": actor.agency if actor else None,
        "change_url": address_of("choose-agency") if getattr(request, "has_other_agencies", False) else "",
        "sign_out_url": address_of("account_logout"),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def page_url(name):
    """The address of a named page without arguments, or "" when it does not exist here."""
    return address_of(name)


@register.filter
def join_words(values):
    """["a", "b", "c"] -> "a, b and c"."""
    values = list(values)
    if len(values) < 2:
        return values[0] if values else ""
    return format_html(
        "{} and {}", format_html_join(", ", "{}", ((each,) for each in values[:-1])), values[-1]
    )
