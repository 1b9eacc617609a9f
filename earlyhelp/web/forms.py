"""Forms in the GOV.UK design system, drawn by Django's own form renderer.

`{{ form.field.as_field_group }}` draws label, hint, error and control; `{% error_summary form %}` the summary.
Everything works without JavaScript and nothing typed is lost when an answer is refused.
"""

from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.forms.utils import pretty_name
from django.template import TemplateDoesNotExist

from .fields import (  # noqa: F401  (forms.py is where other apps import fields from)
    ClockField,
    DatePartsField,
    DatePartsWidget,
    NearDateField,
    NearDateWidget,
    OneLineField,
    PasswordField,
    ScaleField,
    ScaleWidget,
    lower_first,
    with_article,
)

BLANK_LABELS = ("---------", "")
CHOOSE = "Select an option"


@dataclass(frozen=True)
class Look:
    """How one field is drawn. Give it in the form's `looks` dict, or as `field.look` for fields made from data.

    label_size: "", "s", "m", "l" or "xl". page_heading: the label is the page's h1. hide_label: only for screen
    readers. width: 2, 3, 4, 5, 10, 20 (characters). prefix, suffix: "£", "days". rows: of a textarea. count: most
    characters, with a counter. words: most words. inline, small: radios and checkboxes. hints: a hint per choice
    value. dividers: a choice value -> the word ("or") above it. reveals: a choice value -> the name of the field it
    reveals. needed: the error when a revealed field is left empty. behaviour: {"none": "exclusive"} for checkboxes.
    search: turn a long select into a type-ahead. classes: extra classes on the form group.
    """

    label_size: str = ""
    page_heading: bool = False
    hide_label: bool = False
    width: int | None = None
    prefix: str = ""
    suffix: str = ""
    rows: int = 5
    count: int | None = None
    words: int | None = None
    inline: bool = False
    small: bool = False
    hints: dict = field(default_factory=dict)
    dividers: dict = field(default_factory=dict)
    reveals: dict = field(default_factory=dict)
    needed: str = ""
    behaviour: dict = field(default_factory=dict)
    search: bool = False
    classes: str = ""


@dataclass(frozen=True)
class Option:
    """One radio or checkbox, ready for the template."""

    id: str
    name: str
    value: str
    label: str
    checked: bool
    disabled: bool
    hint: str
    divider: str
    behaviour: str
    revealed: BoundField | None


class GovUkBoundField(BoundField):
    """A field with its data, and what the GOV.UK templates need to know about it."""

    @property
    def look(self):
        return getattr(self.field, "look", None) or getattr(self.form, "looks", {}).get(self.name) or Look()

    @property
    def kind(self):
        """The name of the template that draws it: templates/components/field/<kind>.html."""
        widget = self.field.widget
        if widget.is_hidden:
            return "hidden"
        kinds = (
            (ScaleWidget, "scale"),
            (forms.CheckboxSelectMultiple, "checkboxes"),
            (forms.RadioSelect, "radios"),
            (forms.CheckboxInput, "checkbox"),
            (DatePartsWidget, "date_parts"),
            (NearDateWidget, "near_date"),
            (forms.Select, "select"),
            (forms.Textarea, "textarea"),
            (forms.FileInput, "file"),
            (forms.PasswordInput, "password"),
        )
        return next((kind for widget_class, kind in kinds if isinstance(widget, widget_class)), "input")

    @property
    def is_optional(self):
        """Whether "(optional)" is added to the label."""
        required = self.field.required or self.look.needed or self.kind == "checkbox"
        return not required and getattr(self.form, "mark_optional", True)

    @property
    def hint_id(self):
        return f"{self.auto_id}-hint"

    @property
    def error_id(self):
        return f"{self.auto_id}-error"

    @property
    def aria_describedby(self):
        """Ids of the hint and error, in that order, or None."""
        ids = [self.field.widget.attrs.get("aria-describedby", "")]
        if self.auto_id and not self.is_hidden:
            ids += [self.hint_id] * bool(self.help_text) + [self.error_id] * bool(self.errors)
            if self.kind == "textarea" and (self.look.count or self.look.words):
                ids.append(f"{self.auto_id}-info")
        return " ".join(filter(None, ids)) or None

    @property
    def wrong_parts(self):
        """Which boxes of a date are at fault ("day", "month", "year"); all of them if the error does not say."""
        if not self.errors or self.kind != "date_parts":
            return ()
        params = self.form.errors[self.name].as_data()[0].params or {}
        return tuple(params.get("parts", ("day", "month", "year")))

    @property
    def error_target(self):
        """The id the error summary links to: always an element that can take focus."""
        if self.kind in ("radios", "checkboxes", "scale"):
            return f"{self.auto_id}_0"
        if self.kind == "date_parts":
            return f"{self.auto_id}_{(self.wrong_parts or ('day',))[0]}"
        return self.auto_id

    @property
    def parts(self):
        """The three boxes of a date: (name, label, id, value, width, wrong)."""
        value = self.value()
        values = value if isinstance(value, list | tuple) else self.field.widget.decompress(value)
        for position, (part, content) in enumerate(zip(("day", "month", "year"), values, strict=True)):
            yield {
                "name": f"{self.html_name}_{part}",
                "label": part.capitalize(),
                "id": f"{self.auto_id}_{part}",
                "value": "" if content is None else content,
                "width": (2, 2, 4)[position],
                "wrong": part in self.wrong_parts,
                "autocomplete": self._birthday(part),
            }

    def _birthday(self, part):
        own = self.field.widget.attrs.get("autocomplete") == "bday"
        return f"bday-{part}" if own else ""

    @property
    def options(self):
        """Radios and checkboxes as a list of Option. A model's blank choice is left out."""
        look, options = self.look, []
        for subwidget in self.subwidgets:
            data = subwidget.data
            value = "" if data["value"] is None else str(data["value"])
            if value == "" and str(data["label"]) in (*BLANK_LABELS, CHOOSE):
                continue
            options.append(
                Option(
                    id=f"{self.auto_id}_{len(options)}",
                    name=data["name"],
                    value=value,
                    label=data["label"],
                    checked=data["selected"],
                    disabled=bool(data["attrs"].get("disabled")),
                    hint=look.hints.get(value, ""),
                    divider=look.dividers.get(value, ""),
                    behaviour=look.behaviour.get(value, ""),
                    revealed=self.form[look.reveals[value]] if value in look.reveals else None,
                )
            )
        return options

    @property
    def max_size_mb(self):
        return getattr(self.field, "max_size_mb", None)

    def build_widget_attrs(self, attrs, widget=None):
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        attrs.pop("required", None)  # the server's message is better than the browser's
        look, kind, wrong = self.look, self.kind, bool(self.errors)
        own = widget.attrs.get("class", "")
        names = {
            "select": ["govuk-select"] + ["govuk-select--error"] * wrong,
            "textarea": ["govuk-textarea"] + ["govuk-textarea--error"] * wrong,
            "file": ["govuk-file-upload"] + ["govuk-file-upload--error"] * wrong,
            "input": ["govuk-input"] + ["govuk-input--error"] * wrong,
        }
        names["near_date"] = [*names["input"], "moj-js-datepicker-input", "govuk-input--width-10"]
        names["password"] = [*names["input"], "govuk-password-input__input", "govuk-js-password-input-input"]
        classes = [*names.get(kind, []), own]
        if kind == "input" and look.width:
            classes.append(f"govuk-input--width-{look.width}")
        if kind == "textarea":
            attrs["rows"] = look.rows
            if look.count or look.words:
                classes.append("govuk-js-character-count")
        if kind == "select" and look.search:
            attrs["data-search"] = ""
        if kind == "password":
            attrs |= {"spellcheck": "false", "autocapitalize": "none"}
        if "placeholder" in widget.attrs:
            attrs["placeholder"] = False  # words that vanish when typing starts; the label and hint say it
        if joined := " ".join(filter(None, classes)):
            attrs["class"] = joined
        return attrs


class GovUkRenderer(TemplatesSetting):
    """Draws forms with the project's templates, and falls back to Django's own for widgets we have not redrawn."""

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"
    bound_field_class = GovUkBoundField

    def get_template(self, template_name):
        try:
            return super().get_template(template_name)
        except TemplateDoesNotExist:
            return DjangoTemplates().get_template(template_name)


def _is_default(form_field, code):
    """Say whether the field still has the sentence Django ships for this kind of error."""
    message = str(form_field.error_messages.get(code, ""))
    shipped = (getattr(base, "default_error_messages", {}).get(code, "") for base in type(form_field).__mro__)
    return message in {str(sentence) for sentence in shipped}


def _required_sentence(form_field, label, what):
    """The error for an answer that is missing: what to do, in the words of the question."""
    question = label.endswith("?")
    if isinstance(form_field, ScaleField):
        return f"Select a score for {label}, or “Not asked”"
    if isinstance(form_field, forms.FileField):
        return f"Choose a file: {what}"
    if isinstance(form_field, forms.BooleanField):
        return f"Tick to confirm: {what}"
    if isinstance(form_field, forms.ChoiceField):
        return f"Select an answer to “{label}”" if question else f"Select {with_article(what)}"
    return f"Answer “{label}”" if question else f"Enter {with_article(what)}"


def _name_blank_choice(form_field):
    """Give the empty line of a drop-down words instead of Django's dashes."""
    if getattr(form_field, "empty_label", None) in BLANK_LABELS[:1]:
        form_field.empty_label = CHOOSE
    elif type(form_field.widget) is forms.Select and not hasattr(form_field, "queryset"):
        choices = list(form_field.choices)
        if choices and choices[0][0] in ("", None) and choices[0][1] in BLANK_LABELS:
            form_field.widget.choices = [(choices[0][0], CHOOSE), *choices[1:]]


class GovUkMixin:
    """What our forms add to Django's: error wording, revealed fields and the list for the error summary."""

    default_renderer = GovUkRenderer
    use_required_attribute = False
    looks = {}
    mark_optional = True

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, form_field in self.fields.items():
            self._word(name, form_field)

    def _word(self, name, form_field):
        """Replace Django's default sentences by ones that say how to fix the answer."""
        if form_field.label is None:
            form_field.label = pretty_name(name)
        form_field.label_suffix = ""
        label = str(form_field.label)
        what = getattr(form_field, "what", None) or lower_first(label)
        question = label.endswith("?")
        if _is_default(form_field, "required"):
            form_field.error_messages["required"] = _required_sentence(form_field, label, what)
        swaps = (
            (
                forms.EmailField,
                "invalid",
                "Enter an email address in the correct format, like name@example.org",
            ),
            (
                forms.DecimalField,
                "invalid",
                "Enter a number, like 12.50" if question else f"{label} must be a number",
            ),
            (
                forms.IntegerField,
                "invalid",
                "Enter a whole number, like 3" if question else f"{label} must be a whole number, like 3",
            ),
            (
                forms.ChoiceField,
                "invalid_choice",
                "Select one of the answers" if question else f"Choose {with_article(what)} from the list",
            ),
        )
        for field_class, code, sentence in swaps:
            if isinstance(form_field, field_class) and _is_default(form_field, code):
                form_field.error_messages[code] = sentence
        if isinstance(form_field.widget, forms.NumberInput):
            # A number box throws away what it cannot read, and its arrows change a value by accident.
            form_field.widget.input_type = "text"
            whole = not isinstance(form_field, forms.DecimalField | forms.FloatField)
            form_field.widget.attrs.setdefault("inputmode", "numeric" if whole else "decimal")
        _name_blank_choice(form_field)

    @property
    def revealed_names(self):
        """Fields drawn inside the answer that reveals them."""
        names = set()
        for name, form_field in self.fields.items():
            look = getattr(form_field, "look", None) or self.looks.get(name) or Look()
            names |= set(look.reveals.values())
        return names

    def top_fields(self):
        """Visible fields in order, without those that are drawn inside another."""
        inside = self.revealed_names
        return [bound for bound in self.visible_fields() if bound.name not in inside]

    def _clean_fields(self):
        super()._clean_fields()
        self._clean_revealed()

    def _clean_revealed(self):
        """Drop answers whose question was not revealed; ask for those that were revealed and are needed."""
        for name in list(self.fields):
            for value, inner in self[name].look.reveals.items():
                if inner not in self.fields:
                    continue
                chosen = self[name].data
                values = chosen if isinstance(chosen, list | tuple) else [chosen]
                if value in [str(item) for item in values if item is not None]:
                    needed = self[inner].look.needed
                    if (
                        needed
                        and inner not in self._errors
                        and self.cleaned_data.get(inner) in (None, "", [])
                    ):
                        self.add_error(inner, needed)
                else:
                    self._errors.pop(inner, None)
                    self.cleaned_data[inner] = (
                        self.fields[inner].empty_value if hasattr(self.fields[inner], "empty_value") else None
                    )


def summary_errors(form):
    """Return [(id or "", message)] for the error summary of any Django form, in the order of the page."""
    found = [("", message) for message in form.errors.get(NON_FIELD_ERRORS, [])]
    ordered = []
    for bound in form.top_fields() if isinstance(form, GovUkMixin) else form.visible_fields():
        ordered.append(bound)
        ordered += [form[inner] for inner in bound.look.reveals.values() if inner in form.fields]
    for bound in ordered:
        found += [(bound.error_target, message) for message in bound.errors]
    for bound in form.hidden_fields():
        found += [("", message) for message in bound.errors]
    return found


class Form(GovUkMixin, forms.Form):
    """A form in the design system. Set `looks = {"field": Look(...)}` to change how a field is drawn."""


class ModelForm(GovUkMixin, forms.ModelForm):
    """A model form in the design system. For reference data and for input whose saving is done by an action."""


class FilterForm(GovUkMixin, forms.Form):
    """A form of filters sent by GET: nothing is marked optional because nothing is needed."""

    mark_optional = False
