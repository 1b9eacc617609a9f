"""Information pages that anybody may read, the component gallery, and what is answered when something goes wrong."""

from django.conf import settings
from django.shortcuts import render

from earlyhelp.access import Permission, access, public

from .gallery import gallery_context
from .tables import Table

RECORDED = [
    ["Sign in, or try to", "Who, when, from which network address, and whether it worked"],
    ["Open a family’s record, or a part of it", "Who, for which agency, which record, which part, and when"],
    ["Search for a family", "Who, when, and how many records were found"],
    ["Show a hidden address or detail", "Who, which detail, when, and the reason you give"],
    ["Add, change or withdraw anything", "Who, what it was before and after, and when"],
    ["Share without agreement to protect a child", "Who, with whom, when, and the reason you give"],
    ["Download a report or document", "Who, which one, and when"],
    ["Read this record of use", "Who, what they looked for, and when"],
]


@public
def accessibility(request):
    return render(request, "web/accessibility.html", {"nav": "help"})


@public
def privacy(request):
    return render(request, "web/privacy.html", {"nav": "help"})


@public
def cookies(request):
    idle, longest = settings.SESSION_IDLE_SECONDS // 60, settings.SESSION_ABSOLUTE_SECONDS // 3600
    table = Table(
        "Cookies this service saves",
        ["Name", "What it is for", "When it ends"],
        [
            [
                settings.SESSION_COOKIE_NAME,
                "Keeps you signed in while you work",
                f"After {idle} minutes without use, after {longest} hours, or when you sign out",
            ],
            [settings.CSRF_COOKIE_NAME, "Makes sure that forms are sent by you", "After a year"],
        ],
        hide_caption=True,
    )
    return render(request, "web/cookies.html", {"nav": "help", "table": table})


@public
def help_page(request):
    return render(request, "web/help.html", {"nav": "help"})


@public
def what_is_recorded(request):
    return render(
        request,
        "web/what_is_recorded.html",
        {
            "nav": "help",
            "table": Table("What is recorded", ["When you", "What is recorded"], RECORDED, hide_caption=True),
        },
    )


@access(Permission.COMPONENTS)
def components(request):
    """Every component in every state, drawn with invented content."""
    return render(request, "web/components.html", gallery_context(request))
