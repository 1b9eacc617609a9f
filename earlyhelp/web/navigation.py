"""The service navigation: which pages it names and who is shown each."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from earlyhelp.access import Permission


@dataclass(frozen=True)
class Place:
    """One item of the navigation. A place with no permission is shown to everybody who is signed in."""

    key: str
    label: str
    url_name: str
    permissions: tuple = ()


PLACES = (
    Place("work", "My work", "my-work", (Permission.MY_WORK,)),
    Place("quick-note", "Quick note", "quick-note", (Permission.CASE_WRITE,)),
    Place("find", "Find a family", "find-family", (Permission.CASE_SEARCH,)),
    Place("meetings", "Meetings", "meetings", (Permission.CASE_READ,)),
    Place("directory", "Directory", "directory", (Permission.DIRECTORY,)),
    Place("reports", "Reports", "reports", (Permission.REPORT_READ, Permission.REPORT_RUN)),
    Place("quality", "Quality", "quality", (Permission.QUALITY_AUDIT,)),
    Place("registers", "Registers", "registers", (Permission.REGISTER_IMPORT,)),
    Place("forms", "Forms", "form-list", (Permission.FORM_EDIT,)),
    Place("agreement", "Agreement", "agreement", (Permission.AGREEMENT_READ,)),
    Place("log", "Access log", "access-log", (Permission.AUDIT_READ,)),
    Place("subject", "Requests", "subject-requests", (Permission.SUBJECT_ACCESS,)),
    Place("retention", "Old records", "retention", (Permission.RETENTION_MANAGE,)),
    Place(
        "review", "Access review", "access-review", (Permission.ACCOUNTS_MANAGE, Permission.AGREEMENT_MANAGE)
    ),
    Place("accounts", "Accounts", "accounts:people", (Permission.ACCOUNTS_MANAGE,)),
    Place("help", "Help", "help"),
)


def address_of(url_name):
    """Return the address of a named page, or "" when this installation does not have it."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def navigation_for(actor, path, current=""):
    """Return the items this actor may use as dicts of label, url and active.

    current: the key a page declares in its context as `nav`. Without it the longest address that begins the path wins.
    """
    items = []
    for place in PLACES:
        url = address_of(place.url_name)
        if url and (not place.permissions or (actor and any(actor.may(each) for each in place.permissions))):
            items.append({"key": place.key, "label": place.label, "url": url, "active": False})
    if current:
        found = [item for item in items if item["key"] == current]
    else:
        fitting = [
            item
            for item in items
            if item["url"] != "/" and path.startswith(item["url"]) or path == item["url"]
        ]
        found = sorted(fitting, key=lambda item: len(item["url"]))[-1:]
    for item in found:
        item["active"] = True
    return items
