"""What every template may use without being given it."""

from django.conf import settings


def early_help(request):
    """Give templates the partnership's settings: `{{ eh.LEAD_PROFESSIONAL_LABEL }}`."""
    return {"eh": settings.EARLY_HELP}
