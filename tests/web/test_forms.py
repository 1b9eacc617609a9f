"""What a form looks like in the page, and what happens to what was typed."""

import datetime as dt
import re
from html.parser import HTMLParser

import pytest
from django import forms
from django.template import Context, Template

from earlyhelp.web.forms import (
    ClockField,
    DatePartsField,
    FilterForm,
    Form,
    Look,
    NearDateField,
    ScaleField,
    summary_errors,
)
from earlyhelp.web.gallery import FILLED, WRONG, EverythingForm


class Page(HTMLParser):
    """The start tags of a piece of HTML, with what they need to hold together."""

    def __init__(self, markup):
        super().__init__()
        self.tags = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def ids(self):
        return [attrs["id"] for _tag, attrs in self.tags if "id" in attrs]

    def by_id(self, wanted):
        return next(each for each in self.tags if each[1].get("id") == wanted)


def draw(text, **context):
    return Template("{% load eh %}" + text).render(Context(context))


@pytest.fixture
def refused():
    form = EverythingForm(WRONG)
    assert not form.is_valid()
    return form


def test_ids_are_used_once_and_everything_pointed_at_exists(refused):
    page = Page(str(refused))
    ids = page.ids()
    assert len(ids) == len(set(ids))
    for tag, attrs in page.tags:
        for name in ("for", "aria-describedby", "aria-controls", "data-reveals"):
            for target in (attrs.get(name) or "").split():
                assert target in ids, f"{tag} {name}={target}"


def test_every_answer_has_a_label():
    page = Page(str(EverythingForm()))
    labelled = {attrs.get("for") for tag, attrs in page.tags if tag == "label"}
    for tag, attrs in page.tags:
        if (
            tag in ("input", "select", "textarea")
            and attrs.get("type") != "hidden"
            and "_amara_" not in attrs["id"]
            and "_grace_" not in attrs["id"]
        ):
            assert attrs["id"] in labelled


def test_error_summary_links_to_elements_that_take_focus(refused):
    page = Page(str(refused))
    targets = [target for target, _message in summary_errors(refused)]
    assert len(targets) == len(refused.errors)
    for target in targets:
        assert page.by_id(target)[0] in ("input", "select", "textarea"), target
    assert {"id_urgent_0", "id_topics_0", "id_amara_0", "id_born_on_day", "id_part"} <= set(targets)


def test_error_summary_markup_names_each_error_once(refused):
    refused.add_error(None, "Somebody else changed this record.")
    markup = draw("{% error_summary form %}", form=refused)
    assert markup.count("<li>") == len(refused.errors)
    assert 'data-module="govuk-error-summary"' in markup
    assert "<li>Somebody else changed this record.</li>" in markup
    assert '<a href="#id_born_on_day">Date of birth must be a real date</a>' in markup


def test_error_summary_is_nothing_for_a_form_not_sent():
    assert draw("{% error_summary form %}", form=EverythingForm()).strip() == ""


def test_errors_start_with_the_word_error_and_are_described(refused):
    markup = str(refused)
    assert markup.count('<span class="govuk-visually-hidden">Error:</span>') == len(refused.errors)
    tag, attrs = Page(markup).by_id("id_email")
    assert attrs["aria-invalid"] == "true"
    assert attrs["aria-describedby"] == "id_email-error"
    assert "govuk-input--error" in attrs["class"]


def test_hint_comes_before_error_in_the_description(refused):
    assert (
        Page(str(refused)).by_id("id_given_on")[1]["aria-describedby"] == "id_given_on-hint id_given_on-error"
    )


def test_nothing_typed_is_lost_when_an_answer_is_refused(refused):
    page = Page(str(refused))
    for name in (
        "children",
        "rent",
        "email",
        "born_on_day",
        "born_on_month",
        "born_on_year",
        "given_on",
        "starts_at",
    ):
        assert page.by_id(f"id_{name}")[1]["value"] == str(WRONG[name])
    assert "checked" in page.by_id("id_answer_1")[1]
    assert "Kept as it was typed." in str(refused)


def test_a_password_is_never_sent_back():
    form = EverythingForm({**WRONG, "password": "correct horse battery staple"})
    assert "correct horse" not in str(form)


def test_answers_given_before_are_filled_in():
    page = Page(str(EverythingForm(initial=FILLED)))
    assert page.by_id("id_born_on_month")[1]["value"] == "2"
    assert page.by_id("id_given_on")[1]["value"] == "14/1/2026"
    assert page.by_id("id_starts_at")[1]["value"] == "1:30pm"
    assert "checked" in page.by_id("id_amara_6")[1]


def test_optional_is_said_in_words_and_never_by_an_asterisk():
    markup = str(EverythingForm())
    assert "Note for the hub (optional)" in markup
    assert "Reference (optional)" not in markup
    assert "*" not in re.sub(r"<[^>]+>", "", markup)
    assert "required" not in markup


def test_a_filter_marks_nothing_as_optional():
    class Filter(FilterForm):
        name = forms.CharField(required=False)

    assert "(optional)" not in str(Filter())


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (forms.CharField(label="First name"), "Enter the first name"),
        (forms.CharField(label="Your phone number"), "Enter your phone number"),
        (forms.CharField(label="NHS number"), "Enter the NHS number"),
        (forms.CharField(label="What is going well?"), "Answer “What is going well?”"),
        (forms.ChoiceField(label="Hub", choices=[("a", "A")]), "Select the hub"),
        (forms.ChoiceField(label="Is it urgent?", choices=[("a", "A")]), "Select an answer to “Is it urgent?”"),
        (forms.FileField(label="Letter"), "Choose a file: letter"),
        (DatePartsField(label="Date of birth"), "Enter the date of birth"),
        (NearDateField(label="Review date"), "Enter the review date"),
        (ScaleField(label="Amara"), "Select a score for Amara, or “Not asked”"),
        (forms.CharField(label="Reason", error_messages={"required": "Say why"}), "Say why"),
    ],
)
def test_a_missing_answer_says_how_to_fix_it(field, message):
    form = type("OneForm", (Form,), {"answer": field})({})
    assert form.errors["answer"] == [message]


@pytest.mark.parametrize(
    ("day", "month", "year", "message", "target"),
    [
        ("", "2", "2019", "Date of birth must include a day", "id_born_day"),
        ("3", "", "", "Date of birth must include a month and a year", "id_born_month"),
        ("31", "2", "2019", "Date of birth must be a real date", "id_born_day"),
        ("3", "13", "2019", "Date of birth must be a real date", "id_born_month"),
        ("3", "2", "19", "Date of birth: the year must have 4 numbers", "id_born_year"),
        ("3", "2", "2099", "Date of birth must be 1 January 2030 or earlier", "id_born_day"),
        ("٣", "2", "x", "Date of birth: the year must have 4 numbers", "id_born_year"),
    ],
)
def test_a_wrong_birth_date_says_which_box(day, month, year, message, target):
    class Birth(Form):
        born = DatePartsField(label="Date of birth", not_after=dt.date(2030, 1, 1))

    form = Birth({"born_day": day, "born_month": month, "born_year": year})
    assert summary_errors(form) == [(target, message)]
    assert [part["value"] for part in form["born"].parts] == [day, month, year]


@pytest.mark.parametrize(("month"), ["3", "03", "Mar", "march"])
def test_a_month_may_be_a_word(month):
    class Birth(Form):
        born = DatePartsField(label="Date of birth")

    form = Birth({"born_day": "9", "born_month": month, "born_year": "2019"})
    assert form.is_valid()
    assert form.cleaned_data["born"] == dt.date(2019, 3, 9)


@pytest.mark.parametrize(
    "text",
    [
        "27/3/2026",
        "27/03/26",
        "27.3.2026",
        "27 March 2026",
        "Friday 27 March 2026",
        "2026-03-27",
        "27th Mar 2026",
    ],
)
def test_a_near_date_may_be_typed_in_many_ways(text):
    class When(Form):
        on = NearDateField(label="Review date")

    form = When({"on": text})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["on"] == dt.date(2026, 3, 27)


@pytest.mark.parametrize("text", ["31/2/2026", "next week", "3/2026", "13/13/2026", "<b>"])
def test_a_near_date_that_is_no_date_is_refused(text):
    class When(Form):
        on = NearDateField(label="Review date")

    assert When({"on": text}).errors["on"] == ["Review date must be a real date, like 27/3/2026"]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("10:30am", dt.time(10, 30)),
        ("2pm", dt.time(14)),
        ("14.15", dt.time(14, 15)),
        ("0915", dt.time(9, 15)),
        ("12am", dt.time(0)),
        ("midday", dt.time(12)),
    ],
)
def test_a_time_may_be_typed_in_many_ways(text, time):
    class When(Form):
        at = ClockField(label="Start time")

    form = When({"at": text})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["at"] == time


@pytest.mark.parametrize("text", ["25:00", "10", "13pm", "soon"])
def test_a_time_that_is_no_time_is_refused(text):
    class When(Form):
        at = ClockField(label="Start time")

    assert "like 9:30am or 2pm" in When({"at": text}).errors["at"][0]


class Revealing(Form):
    answer = forms.ChoiceField(
        label="Answer", choices=[("yes", "Yes"), ("other", "Other")], widget=forms.RadioSelect
    )
    detail = forms.IntegerField(label="Detail", required=False)
    looks = {"answer": Look(reveals={"other": "detail"}), "detail": Look(needed="Enter the detail")}


def test_a_revealed_question_is_needed_when_its_answer_is_chosen():
    assert Revealing({"answer": "other"}).errors == {"detail": ["Enter the detail"]}
    assert Revealing({"answer": "other", "detail": "3"}).is_valid()


def test_a_question_that_was_not_revealed_is_dropped_even_if_it_is_wrong():
    form = Revealing({"answer": "yes", "detail": "nonsense"})
    assert form.is_valid()
    assert form.cleaned_data == {"answer": "yes", "detail": None}


def test_a_revealed_question_is_drawn_once_inside_its_answer():
    markup = str(Revealing())
    assert markup.count('name="detail"') == 1
    assert markup.index('id="conditional-id_answer_1"') < markup.index('name="detail"')


def test_a_score_is_a_number_and_not_asked_is_none():
    class Score(Form):
        amara = ScaleField(label="Amara")

    for sent, value in (("0", 0), ("10", 10), ("na", None)):
        form = Score({"amara": sent})
        assert form.is_valid()
        assert form.cleaned_data["amara"] == value
    assert not Score({"amara": "11"}).is_valid()


def test_what_people_type_is_escaped_everywhere():
    nasty = "<script>alert(1)</script>"
    form = EverythingForm(
        {**WRONG, "reference": nasty, "well": nasty, "born_on_day": nasty, "given_on": nasty}
    )
    markup = str(form) + draw("{% error_summary form %}", form=form)
    assert "<script" not in markup


def test_number_boxes_keep_words_so_that_they_can_be_put_right():
    _tag, attrs = Page(str(EverythingForm())).by_id("id_children")
    assert (attrs["type"], attrs["inputmode"]) == ("text", "numeric")


def test_a_form_of_another_library_is_drawn_in_the_same_markup():
    class Plain(forms.Form):
        email = forms.EmailField(widget=forms.EmailInput(attrs={"placeholder": "Email"}))

    form = Plain({"email": "x"})
    markup = str(form) + draw("{% error_summary form %}", form=form)
    assert "govuk-input--error" in markup
    assert 'href="#id_email"' in markup
    assert "placeholder" not in markup


@pytest.mark.parametrize(("data", "expected"), [(None, ""), ({}, "Error: "), ({"answer": "yes"}, "")])
def test_the_title_says_error_first_when_a_form_was_refused(data, expected):
    form = Revealing(data) if data is not None else Revealing()
    assert draw("{% title_prefix %}", any_name=form) == expected


def test_a_formset_names_its_own_errors_and_those_of_each_form():
    Rows = forms.formset_factory(Revealing, min_num=2, validate_min=True, extra=0)
    rows = Rows({"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-answer": "other"}, prefix="form")
    markup = draw("{% error_summary rows %}", rows=rows)
    assert "at least 2 forms" in markup
    assert '<a href="#id_form-0-detail">Enter the detail</a>' in markup
    assert draw("{% title_prefix %}", rows=rows) == "Error: "
