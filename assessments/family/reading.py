"""The rows beside an assessment's answers, of four small tables, in one query. Row-level security holds for each."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q

from assessments.models import Assessment, Considered, DifferingView, NoNeeds, Voice
from cases.models import Document

_MODELS = (NoNeeds, Voice, DifferingView, Considered)
# No input is in this text: the names are those of our own tables.
_ONE = """
select '{table}' as kind, to_jsonb(t) as facts, trim(concat_ws(' ', u.first_name, u.last_name)) as writer,
       {document} as document
  from {table} t
  left join hubs_membership m on m.id = t.recorded_by_id
  left join accounts_user u on u.id = m.user_id {join}
 where t.assessment_id = %(assessment)s and t.removed_at is null {spot}"""
_OF_PAGE = "and t.key = %(key)s and t.person_id is not distinct from %(person)s::uuid"
_DOCUMENT = "left join cases_document d on d.id = t.document_id"


@dataclass(kw_only=True)
class Rows:
    """What stands beside the answers: rows that were not taken off, oldest first."""

    no_needs: list[NoNeeds] = field(default_factory=list)
    voices: list[Voice] = field(default_factory=list)
    views: list[DifferingView] = field(default_factory=list)
    considered: list[Considered] = field(default_factory=list)


def has_family_rows() -> Q | Exists:
    """Whether anything stands beside an assessment's answers, for a fetch: then its pages need not ask."""
    there = [Exists(model.objects.filter(assessment=OuterRef("pk"))) for model in _MODELS]
    return there[0] | there[1] | there[2] | there[3]


def rows_of(assessment: Assessment) -> Rows:
    """Every row of an assessment that the reader may see. One query; none when there is known to be none."""
    if not getattr(assessment, "has_family_rows", True):
        return Rows()
    return _read(_MODELS, {"assessment": assessment.pk})


def rows_of_page(assessment: Assessment, key: str, person: str | None) -> Rows:
    """Own words and differing views of one page, and what was considered. One query, or none."""
    if not getattr(assessment, "has_family_rows", True):
        return Rows()
    return _read(
        (Voice, DifferingView, Considered), {"assessment": assessment.pk, "key": key, "person": person}
    )


def _read(models: tuple[type[Model], ...], facts: dict[str, Any]) -> Rows:
    of_page = "key" in facts
    sql = " union all ".join(
        _ONE.format(
            table=model._meta.db_table,
            document="to_jsonb(d)" if model is Voice else "null::jsonb",
            join=_DOCUMENT if model is Voice else "",
            spot=_OF_PAGE if of_page and model is not Considered else "",
        )
        for model in models
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        read = cursor.fetchall()
    found: dict[str, list[Any]] = {
        model._meta.db_table: [] for model in (NoNeeds, Voice, DifferingView, Considered)
    }
    by_table = {model._meta.db_table: model for model in models}
    for kind, row, writer, document in read:
        made = _made(by_table[kind], _loaded(row))
        made.recorded_by_name = writer or "the register"
        if kind == Voice._meta.db_table:
            made.document = _made(Document, _loaded(document)) if document else None
        found[kind].append(made)
    for kind, rows in found.items():
        rows.sort(key=lambda each: (each.recorded_at, each.pk), reverse=kind == Considered._meta.db_table)
    return Rows(
        no_needs=found[NoNeeds._meta.db_table],
        voices=sorted(found[Voice._meta.db_table], key=lambda each: each.obtained_on),
        views=sorted(found[DifferingView._meta.db_table], key=lambda each: each.said_on),
        considered=found[Considered._meta.db_table],
    )


def _loaded(value: Any) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else value


def _made(model: type[Model], facts: dict[str, Any]) -> Any:
    """A row of the database as an object of its model."""
    fields = model._meta.concrete_fields
    return model.from_db(
        "default", [f.attname for f in fields], [f.to_python(facts[f.column]) for f in fields]
    )
