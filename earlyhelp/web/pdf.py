"""PDF documents that everybody can read: tagged (PDF/UA-1), with title, language, headings and table headers."""

import mimetypes
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

BASE_URL = "static:///"
PICTURES = "picture:///"
VARIANT = "pdf/ua-1"
ALLOWED_TYPES = ("text/css", "image/png", "image/jpeg", "image/svg+xml", "font/woff2")


class RefusedAddress(ValueError):
    """A document asked for something that is not one of our own packaged files."""


def packaged_file(url):
    """Return the path of the static file a document asks for, or raise RefusedAddress.

    A PDF is made on the server, so a document that could name any address could read the server's own network and
    files. Only addresses under static:// or STATIC_URL are served, and only files of the kinds a document needs.
    """
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.scheme == "static":
        name = path.removeprefix(settings.STATIC_URL).lstrip("/")
    elif not parts.scheme and not parts.netloc and path.startswith(settings.STATIC_URL):
        name = path.removeprefix(settings.STATIC_URL)
    else:
        raise RefusedAddress(
            f"A document may only use packaged files, not {parts.scheme or 'that'} addresses."
        )
    if (mimetypes.guess_type(name)[0] or "") not in ALLOWED_TYPES and Path(name).suffix != ".woff2":
        raise RefusedAddress(
            f"A document may not use files of the kind {Path(name).suffix or 'without a name'}."
        )
    collected = Path(settings.STATIC_ROOT or "") / name
    found = finders.find(name)
    if (
        not found
        and settings.STATIC_ROOT
        and collected.resolve().is_relative_to(Path(settings.STATIC_ROOT).resolve())
    ):
        found = str(collected) if collected.is_file() else None
    if not found:
        raise RefusedAddress("A document names a packaged file that does not exist.")
    return Path(found)


def render_pdf(template_name, context, pictures=None):
    """Return the bytes of a tagged PDF drawn from a template that extends "pdf/base.html".

    context must hold what the template needs; the title block of the template becomes the document's title.
    pictures: JPEG bytes by name, which the template shows as <img src="picture:///name" alt="…">.
    Raises RefusedAddress when the template names anything but those and packaged static files. Takes about a second for
    12 pages with 10 charts, so call it in a task.
    """
    from weasyprint import HTML  # slow to import, and needs system libraries that only PDF work needs
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    from .pdfua import finish

    class PackagedFiles(URLFetcher):
        def fetch(self, url, headers=None):
            given = (pictures or {}).get(url.removeprefix(PICTURES)) if url.startswith(PICTURES) else None
            if given is not None:
                return URLFetcherResponse(url, body=given, headers={"Content-Type": "image/jpeg"})
            path = packaged_file(url)
            kind = mimetypes.guess_type(path.name)[0] or "font/woff2"
            return URLFetcherResponse(url, body=path.read_bytes(), headers={"Content-Type": kind})

    page = render_to_string(template_name, {"eh": settings.EARLY_HELP, **context})
    document = HTML(string=page, base_url=BASE_URL, url_fetcher=PackagedFiles(fail_on_errors=True))
    try:
        return finish(document.write_pdf(pdf_variant=VARIANT))
    except FatalURLFetchingError as error:  # not an Exception, so nobody up the line would catch it
        raise RefusedAddress(str(error)) from error
