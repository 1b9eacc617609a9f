"""Documents are tagged, and a document can read nothing but our own packaged files."""

import io

import pikepdf
import pytest
from django.template import engines
from pikepdf import Name

from earlyhelp.web import pdf
from earlyhelp.web.gallery import sample_charts

SAMPLE = """{% extends "pdf/base.html" %}{% load eh %}{% block title %}Highlight report{% endblock %}
{% block content %}<h1>Highlight report</h1>{% for chart, finding, note in charts %}<h2>{{ chart.title }}</h2>
<figure class="app-chart"><figcaption>{{ finding }}</figcaption>{{ chart.svg }}</figure>{% stack_table chart.table %}
{% endfor %}{% voice "I want mornings where nobody shouts." "Told Priya, 26 February 2026" %}
<p>{% tag "On track" "green" %} <a href="https://example.org/">Definitions</a></p>{{ extra|safe }}{% endblock %}"""


@pytest.fixture
def sample(monkeypatch):
    """Make a PDF from the sample, with extra HTML at its end."""

    def make(extra="", charts=3):
        def draw(_name, context):
            return engines["django"].from_string(SAMPLE).render(context)

        monkeypatch.setattr(pdf, "render_to_string", draw)
        return pdf.render_pdf("sample", {"charts": sample_charts()[:charts], "extra": extra})

    return make


def elements(pdf_file):
    """All structure elements, in reading order, each with its ancestors' kinds."""
    found = []

    def walk(node, above):
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child, above)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found.append((str(node.S), node, above))
            if "/K" in node:
                walk(node.K, (*above, str(node.S)))

    walk(pdf_file.Root.StructTreeRoot.K, ())
    return found


def test_a_document_is_tagged_and_says_its_title_and_language(sample):
    with pikepdf.open(io.BytesIO(sample())) as document:
        assert bool(document.Root.MarkInfo.Marked)
        assert document.Root.Lang == "en-GB"
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        with document.open_metadata() as about:
            assert about["dc:title"] == "Highlight report"
            assert about["pdfuaid:part"] == "1"
        kinds = [kind for kind, _node, _above in elements(document)]
        assert kinds.count("/H1") == 1
        assert kinds.count("/H2") == 3
        assert kinds.count("/Table") == 3


def test_every_header_cell_says_what_it_heads(sample):
    with pikepdf.open(io.BytesIO(sample())) as document:
        cells = [(node, above) for kind, node, above in elements(document) if kind == "/TH"]
        assert len(cells) > 20
        for node, above in cells:
            attributes = node.A if isinstance(node.A, pikepdf.Array) else [node.A]
            scopes = [each.Scope for each in attributes if "/Scope" in each]
            assert scopes == [Name.Column if "/THead" in above else Name.Row]


def test_each_chart_is_one_figure_with_words_for_it(sample):
    with pikepdf.open(io.BytesIO(sample())) as document:
        words = [
            str(node.Alt) for kind, node, _above in elements(document) if kind == "/Figure" and "/Alt" in node
        ]
        assert words == [chart.title for chart, _finding, _note in sample_charts()[:3]]


def test_page_numbers_are_not_read_out(sample):
    with pikepdf.open(io.BytesIO(sample())) as document:
        for page in document.pages:
            marks = [
                operands
                for operands, operator in pikepdf.parse_content_stream(page)
                if str(operator) == "BDC"
            ]
            assert any(operands[0] == Name.Artifact for operands in marks)


def test_links_are_printed(sample):
    with pikepdf.open(io.BytesIO(sample())) as document:
        links = [each for page in document.pages for each in page.get("/Annots", [])]
        assert links
        assert all(int(each.F) & 4 for each in links)


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data/x.png",
        "https://example.org/x.png",
        "file:///etc/passwd",
        "file:///etc/x.png",
        "data:text/css,x",
        "ftp://example.org/x.css",
        "//example.org/x.css",
        "static:///../earlyhelp/settings/base.py",
        "static:///css/../../manage.py",
        "static:///%2e%2e/%2e%2e/etc/hostname.css",
        "static:///css/none.css",
        "static:///js/app.js",
    ],
)
def test_an_address_outside_the_packaged_files_is_refused(address):
    with pytest.raises((pdf.RefusedAddress, Exception), match=r".") as caught:
        pdf.packaged_file(address)
    assert type(caught.value).__name__ in ("RefusedAddress", "SuspiciousFileOperation")


@pytest.mark.parametrize(
    "address", ["static:///css/pdf.css", "/static/css/pdf.css", "static:///images/mark.svg"]
)
def test_a_packaged_file_is_served(address):
    assert pdf.packaged_file(address).is_file()


@pytest.mark.parametrize(
    "extra", ['<img src="http://127.0.0.1:1/x.png" alt="x">', '<img src="file:///etc/hostname" alt="">']
)
def test_a_document_that_asks_for_more_is_not_made(sample, extra):
    with pytest.raises(pdf.RefusedAddress):
        sample(extra, charts=1)
