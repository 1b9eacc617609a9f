"""Pages of a long list, keeping whatever filter is in the address."""

from dataclasses import dataclass

from django.core.paginator import Paginator

PER_PAGE = 25


@dataclass(frozen=True)
class PageLink:
    """One item of the pager: a page number with its address, or a gap (number is None)."""

    number: int | None
    url: str = ""
    current: bool = False


def _numbers(current, last):
    """Return the page numbers to show, None standing for a gap: 1 … 4 [5] 6 … 20."""
    wanted = sorted({1, last, *range(max(1, current - 1), min(last, current + 1) + 1)})
    shown = []
    for number in wanted:
        if shown and number - shown[-1] == 2:
            shown.append(number - 1)
        elif shown and number - shown[-1] > 2:
            shown.append(None)
        shown.append(number)
    return shown


def page_of(items, request, per_page=PER_PAGE, name="page"):
    """Return the page of `items` (a queryset or list) that the request asks for.

    A page number that is missing, wrong or too high gives the first or last page, never an error. The page is
    Django's Page with what `{% pager page %}` needs: links, previous_url, next_url, total, first and last row.
    """
    page = Paginator(items, per_page).get_page(request.GET.get(name))

    def url(number):
        query = request.GET.copy()
        query[name] = number
        return f"?{query.urlencode()}"

    page.total = page.paginator.count
    page.first, page.last = page.start_index(), page.end_index()
    page.previous_url = url(page.number - 1) if page.has_previous() else ""
    page.next_url = url(page.number + 1) if page.has_next() else ""
    page.links = [
        PageLink(number, url(number) if number else "", number == page.number)
        for number in _numbers(page.number, page.paginator.num_pages)
    ]
    return page
