"""Information pages that anybody may read, the component gallery, and what is answered when something goes wrong."""

from django.shortcuts import render

from earlyhelp.access import Permission, access, public

from .gallery import gallery_context


@public
def accessibility(request):
    return render(request, "web/accessibility.html", {"nav": "help"})


@public
def privacy(request):
    return render(request, "web/privacy.html", {"nav": "help"})


@public
def cookies(request):
    return render(request, "web/cookies.html", {"nav": "help"})


@public
def help_page(request):
    return render(request, "web/help.html", {"nav": "help"})


@public
def what_is_recorded(request):
    return render(request, "web/what_is_recorded.html", {"nav": "help"})


@access(Permission.COMPONENTS)
def components(request):
    """Every component in every state, drawn with invented content."""
    return render(request, "web/components.html", gallery_context(request))
