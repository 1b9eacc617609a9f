"""Writing many rows fast: PostgreSQL's COPY, fed from tuples, with the models' own columns and defaults."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterable
from datetime import date, datetime
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_AS_TEXT: dict[type, Callable[..., str]] = {
    str: lambda value: value.translate(_ESCAPES),
    int: str,
    bool: lambda value: "t" if value else "f",
    float: str,
    date: date.isoformat,
    datetime: datetime.isoformat,
    UUID: str,
    dict: lambda value: json.dumps(value, ensure_ascii=False).translate(_ESCAPES),
    type(None): lambda value: "\\N",
}


def as_text(value) -> str:
    """One value in COPY's text format. Lists are arrays of numbers or codes; anything else is written as its text."""
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    return _AS_TEXT.get(type(value), lambda other: str(other).translate(_ESCAPES))(value)


class Heap:
    """Rows of one model, gathered until they are written. Columns not named get the model's default."""

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        fields = {field.attname: field for field in model._meta.concrete_fields}
        missing = set(columns) - set(fields)
        if missing:
            raise ValueError(f"{model.__name__} has no {', '.join(sorted(missing))}")
        rest = [
            f for name, f in fields.items() if name not in columns and not isinstance(f, models.AutoField)
        ]
        names = [fields[name].column for name in columns] + [field.column for field in rest]
        self.sql = f"copy {model._meta.db_table} ({', '.join(names)}) from stdin"
        self.suffix = "".join("\t" + _default(field) for field in rest) + "\n"
        self.lines: list[str] = []
        self.written = 0

    def add(self, *values) -> None:
        """Take one row; the values are in the order of the columns given at the start."""
        self.lines.append("\t".join([as_text(value) for value in values]) + self.suffix)

    def write(self) -> None:
        """Copy what was gathered into the table."""
        if self.lines:
            with connection.cursor() as cursor:
                cursor.copy_expert(self.sql, io.StringIO("".join(self.lines)))
            self.written += len(self.lines)
            self.lines.clear()


def _default(field: models.Field) -> str:
    if field.has_default():
        value = field.get_default()
        return "{}" if isinstance(field, (ArrayField, models.JSONField)) else as_text(value)
    if field.null:
        return "\\N"
    return as_text(datetime.now().astimezone()) if isinstance(field, models.DateTimeField) else ""


class Ids:
    """Version 7 UUIDs that are a function of the seed and of the moment each is for, as 32 hexadecimal digits."""

    def __init__(self, rng: random.Random) -> None:
        self.bits = rng.getrandbits

    def at(self, moment: float) -> str:
        """Return an id made at `moment`, in seconds since 1970, so that ids sort as the rows' times do."""
        noise = self.bits(74)
        return f"{int(moment * 1000):012x}7{noise >> 62:03x}{8 | noise & 3:x}{noise >> 2 & 0xFFFFFFFFFFFFFFF:015x}"


def spread(total: int, weights: Iterable[float]) -> list[int]:
    """Return whole numbers in proportion to the weights whose sum is exactly `total`."""
    weights = list(weights)
    scale, so_far, given, shares = total / sum(weights), 0.0, 0, []
    for weight in weights:
        so_far += weight * scale
        shares.append(round(so_far) - given)
        given = round(so_far)
    return shares
