"""`{% load hubs %}`: tables of people and agencies."""

from django import template
from django.urls import reverse
from django.utils.html import format_html

from earlyhelp.access import Role
from earlyhelp.web.dates import day
from earlyhelp.web.tables import Table

register = template.Library()


@register.simple_tag
def people_table(memberships):
    """Who's Who: name, job, agency, phone."""
    rows = []
    for membership in memberships:
        phone = membership.contact_phone
        link = format_html(
            '<a class="govuk-link app-nowrap" href="tel:{}">{}</a>', phone.replace(" ", ""), phone
        )
        rows.append(
            [membership.user.full_name, membership.job_title, membership.agency.name, link if phone else ""]
        )
    return Table("People", ["Name", "Job", "Agency", "Phone"], rows, hide_caption=True, empty="Nobody fits.")


@register.simple_tag
def agency_table(agencies):
    """Agencies with their kind and hub."""
    rows = [
        [a.name, a.get_kind_display(), a.hub.name if a.hub else "Whole county", a.phone] for a in agencies
    ]
    return Table("Agencies", ["Name", "Kind", "Hub", "Phone"], rows, hide_caption=True)


@register.simple_tag
def membership_table(memberships):
    """One person's memberships, with a way to end those that are live."""
    rows = []
    for each in memberships:
        roles = ", ".join(Role(code).label for code in each.roles)
        dates = f"From {day(each.starts_on)}" + (f" to {day(each.ends_on)}" if each.ends_on else "")
        end = format_html(
            '<a class="govuk-link" href="{}">End</a>', reverse("membership-end", args=[each.pk])
        )
        rows.append([each.agency.name, each.job_title, roles, dates, end if each.is_live else "Ended"])
    return Table(
        "Agencies and roles",
        ["Agency", "Job", "Roles", "Dates", "Action"],
        rows,
        hide_caption=True,
        empty="They work for no agency yet.",
    )
