"""What people type about versions of the agreement."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone

from earlyhelp.accounts.proof import ProvenForm
from earlyhelp.web.forms import FilterForm, Form, Look, NearDateField
from hubs.models import Agreement, Article6, Article9, Category, Purpose
from hubs.terms import CLAUSES, Basis, Stated, Terms

_ONE_A_LINE = "One to a line."
IMPORT_LIMIT = 1_000_000  # bytes


class WordsForm(Form):
    """Dates, purposes and clauses of a draft."""

    title = forms.CharField(label="Title", max_length=120)
    summary = forms.CharField(
        label="What is new in this version?",
        required=False,
        max_length=2000,
        widget=forms.Textarea,
        help_text="Signatories read this first.",
    )
    starts_on = NearDateField(label="First day")
    review_on = NearDateField(label="Review by")
    ends_on = NearDateField(label="Last day", required=False, help_text="Leave it empty when it has no end.")
    purposes = forms.CharField(label="What is the agreement for?", max_length=2000, widget=forms.Textarea)
    stated = forms.MultipleChoiceField(
        label="Which purposes does it name?",
        choices=Purpose.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Information is given for these. No agency opens a record without the first.",
    )
    contact_name = forms.CharField(label="Who answers questions about it?", max_length=120)
    contact_email = forms.EmailField(label="Their e-mail address")
    looks = {
        "summary": Look(rows=3),
        "purposes": Look(rows=3),
        "stated": Look(label_size="s", reveals={code: f"words_{code}" for code in Purpose.values}),
        **{name: Look(rows=4) for name in CLAUSES},
        **{f"words_{code}": Look(rows=3) for code in Purpose.values},
    }

    def __init__(self, *args, terms: Terms, **kwargs):
        initial = {name: getattr(terms, name) for name in self.base_fields if hasattr(terms, name)}
        initial["stated"] = [each.code for each in terms.stated]
        initial |= {f"words_{each.code}": each.words for each in terms.stated}
        initial |= {name: "\n".join(getattr(terms, name)) for name in CLAUSES}
        super().__init__(*args, initial=initial, **kwargs)
        self.titles = {each.code: each.title for each in terms.stated}
        for code, label in Purpose.choices:
            self.fields[f"words_{code}"] = forms.CharField(
                label=f"{label}, in the agreement’s words",
                required=False,
                max_length=2000,
                widget=forms.Textarea,
            )
            self._word(f"words_{code}", self.fields[f"words_{code}"])
        for name, label in CLAUSES.items():
            self.fields[name] = forms.CharField(
                label=label, required=False, widget=forms.Textarea, help_text=_ONE_A_LINE
            )
            self._word(name, self.fields[name])
        self.order_fields([name for name in self.fields if not name.startswith("contact_")])

    def clean(self):
        data = super().clean()
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and data.get("review_on") and data["review_on"] < starts_on:
            self.add_error("review_on", "The review must not be before the first day")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "The last day must not be before the first day")
        for name in CLAUSES:
            if any(len(line) > 500 for line in lines_of(data.get(name, ""))):
                self.add_error(name, "Each line must be 500 characters or fewer")
        return data

    def facts(self) -> dict:
        """What hubs.actions.change_words takes."""
        data = self.cleaned_data
        names = (
            "title",
            "summary",
            "starts_on",
            "review_on",
            "ends_on",
            "purposes",
            "contact_name",
            "contact_email",
        )
        return {
            **{name: data[name] for name in names},
            **{name: lines_of(data[name]) for name in CLAUSES},
            "stated": [
                Stated(code, self.titles.get(code) or Purpose(code).label, data[f"words_{code}"] or "")
                for code in Purpose.values
                if code in data["stated"]
            ],
        }


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text that hold something, once each."""
    return tuple(
        dict.fromkeys(line for line in (" ".join(line.split()) for line in text.splitlines()) if line)
    )


class KindForm(Form):
    """What one kind of agency receives, for which purposes, and on which lawful basis."""

    article_6 = forms.ChoiceField(
        label="Lawful basis, Article 6",
        choices=[("", "Choose one"), *Article6.choices],
        required=False,
        help_text="Councils and public bodies usually have a public task.",
    )
    article_9 = forms.ChoiceField(
        label="Condition for special category data, Article 9",
        choices=Article9.choices,
        required=False,
        initial=Article9.NONE,
        help_text="Health, ethnicity and religion are special category data.",
    )
    gateway = forms.CharField(
        label="Law that lets it share",
        required=False,
        max_length=300,
        help_text="For example: Children Act 2004, section 10.",
    )
    responsibilities = forms.CharField(
        label="What this kind of agency takes on", required=False, max_length=2000, widget=forms.Textarea
    )
    looks = {
        "responsibilities": Look(rows=3),
        **{
            f"category_{category.value}": Look(inline=True, small=True, label_size="s")
            for category in Category
        },
    }

    def __init__(self, *args, terms: Terms, kind: str, **kwargs):
        basis = terms.bases.get(kind)
        initial = {
            f"category_{category.value}": sorted(terms.cells.get((kind, category.value), ()))
            for category in Category
        }
        if basis:
            initial |= {
                name: getattr(basis, name)
                for name in ("article_6", "article_9", "gateway", "responsibilities")
            }
        super().__init__(*args, initial=initial, **kwargs)
        choices = [(each.code, Purpose(each.code).label) for each in terms.stated]
        for category in Category:
            name = f"category_{category.value}"
            self.fields[name] = forms.MultipleChoiceField(
                label=category.label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
            )
            self._word(name, self.fields[name])
        self.mark_optional = False
        self.order_fields([f"category_{category.value}" for category in Category])

    def gives(self) -> dict[int, list[str]]:
        """Category -> purposes, as hubs.actions.change_kind takes them."""
        return {category.value: self.cleaned_data[f"category_{category.value}"] for category in Category}

    def basis(self) -> Basis | None:
        """The lawful basis typed, or None when none was chosen."""
        data = self.cleaned_data
        if not data["article_6"]:
            return None
        return Basis(
            data["article_6"],
            data["article_9"] or Article9.NONE.value,
            data["gateway"],
            data["responsibilities"],
        )

    def clean(self):
        data = super().clean()
        if any(data.get(f"category_{category.value}") for category in Category) and not data.get("article_6"):
            self.add_error(
                "article_6", "Choose the lawful basis on which this kind of agency receives information"
            )
        return data


class ActivateForm(ProvenForm):
    """The second person's words: they have read it, and a fresh code."""

    asked_at = forms.CharField(widget=forms.HiddenInput)
    read = forms.MultipleChoiceField(
        label="Before it takes effect",
        choices=[
            ("words", "I have read what changes"),
            ("effect", "I have read whom it affects"),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick both, or do not activate it"},
    )

    def clean_read(self):
        if len(self.cleaned_data["read"]) < 2:
            raise forms.ValidationError("Tick both, or do not activate it")
        return self.cleaned_data["read"]

    def clean_asked_at(self):
        try:
            return dt.datetime.fromisoformat(self.cleaned_data["asked_at"])
        except ValueError as problem:
            raise forms.ValidationError("Open the page again") from problem


class DayForm(FilterForm):
    """The day for which an effect is counted."""

    on = NearDateField(label="Count for the day", required=False, not_before=timezone.localdate)


class ComparisonForm(FilterForm):
    """Which version to compare with."""

    other = forms.ModelChoiceField(
        label="Compare with", queryset=Agreement.objects.none(), required=False, empty_label=None
    )

    def __init__(self, *args, others, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = others
        self.fields["other"].to_field_name = "version"
        self.fields["other"].label_from_instance = lambda each: f"Version {each.version}"


class ImportForm(Form):
    """A sharing policy as a file in the national draft's JSON."""

    file = forms.FileField(
        label="Sharing policy",
        help_text="A JSON file in the draft national format, as the export gives it.",
        error_messages={"required": "Choose a file"},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > IMPORT_LIMIT:
            raise forms.ValidationError("The file must be smaller than 1 MB")
        return file
