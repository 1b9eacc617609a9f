"""Write docs/data-dictionary.md from the models, so that it is never out of date."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

OUR_APPS = ("accounts", "audit", "hubs", "cases", "assessments", "outcomes", "reporting")
TARGET = "docs/data-dictionary.md"


class Command(BaseCommand):
    help = "Write the data dictionary from the models; --check fails when the committed one differs."

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="compare only; exit with an error when it differs"
        )

    def handle(self, *args, check, **options):
        path = Path(settings.BASE_DIR) / TARGET
        text = dictionary()
        if check:
            if not path.exists() or path.read_text() != text:
                raise CommandError(f"{TARGET} is out of date: run ./dev manage data_dictionary")
            self.stdout.write(f"{TARGET} is up to date.")
            return
        path.write_text(text)
        self.stdout.write(f"Wrote {TARGET}.")


def dictionary() -> str:
    """The whole dictionary as Markdown: every table, what it holds, every field."""
    lines = [
        "# Data dictionary",
        "",
        "Written by `./dev manage data_dictionary` from the models; do not edit by hand.",
        "",
    ]
    for label in OUR_APPS:
        config = apps.get_app_config(label)
        models = sorted(config.get_models(), key=lambda model: model.__name__)
        if not models:
            continue
        lines += [f"## {config.verbose_name}", ""]
        for model in models:
            lines += _table_of(model)
    return "\n".join(lines).rstrip() + "\n"


def _table_of(model) -> list[str]:
    what = (model.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
    what = " ".join(what.split())
    lines = [
        f"### {model.__name__} (`{model._meta.db_table}`)",
        "",
        what,
        "",
        "| Field | Kind | What |",
        "|---|---|---|",
    ]
    for field in model._meta.get_fields():
        if not getattr(field, "column", None):
            continue
        lines.append(f"| `{field.column}` | {_kind(field)} | {_meaning(field)} |")
    return [*lines, ""]


def _kind(field) -> str:
    if field.is_relation:
        return f"{field.related_model.__name__}{', optional' if field.null else ''}"
    name = field.get_internal_type().replace("Field", "").lower()
    size = f" {field.max_length}" if getattr(field, "max_length", None) else ""
    return f"{name}{size}{', optional' if field.null or field.blank else ''}"


def _meaning(field) -> str:
    parts = [str(field.verbose_name)]
    if field.help_text:
        parts.append(str(field.help_text))
    if field.choices:
        parts.append("; ".join(f"`{code}` {label}" for code, label in field.flatchoices))
    return ". ".join(part.rstrip(".") for part in parts).replace("|", "/").replace("\n", " ")
