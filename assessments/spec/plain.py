"""A form definition to and from plain data.

What has its ordinary value is left out, and what is not known is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any

from .form import (
    Condition,
    FormSpec,
    Group,
    Kind,
    Nature,
    Opens,
    Option,
    Part,
    Per,
    Question,
    Section,
    Shows,
    Source,
    Stage,
    UnsoundForm,
    Whom,
)
from .soundness import problems


def to_json(form: FormSpec) -> dict[str, Any]:
    """Plain data that `from_json` reads back."""
    return _dump(form)


def from_json(data: Any) -> FormSpec:
    """Read a definition and check it. Raises UnsoundForm with every problem found."""
    form = from_draft(data)
    if found := list(problems(form)):
        raise UnsoundForm(found)
    return form


def from_draft(data: Any) -> FormSpec:
    """Read a definition that somebody is still writing, sound or not.

    Raises UnsoundForm when the data has not even the shape of a form.
    """
    found: list[str] = []
    form = _load(FormSpec, data, "form", found)
    if found:
        raise UnsoundForm(found)
    return form


_NESTED: dict[tuple[type, str], type] = {
    (FormSpec, "groups"): Group,
    (FormSpec, "sections"): Section,
    (FormSpec, "stages"): Stage,
    (Section, "parts"): Part,
    (Part, "questions"): Question,
    (Question, "options"): Option,
    (Question, "shown_when"): Condition,
}
_ENUMS: dict[tuple[type, str], type[StrEnum]] = {
    (Question, "kind"): Kind,
    (Question, "nature"): Nature,
    (Question, "whom"): Whom,
    (Part, "per"): Per,
    (Part, "source"): Source,
    (Part, "opens"): Opens,
    (Part, "shows"): Shows,
    (Part, "whom"): Whom,
}
_LISTS_OF_TEXT = {(FormSpec, "minimum"), (Condition, "any_of")}
_PLAIN: dict[str, type] = {"int": int, "bool": bool, "str": str}


def _dump(thing: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for spot in fields(thing):
        value = getattr(thing, spot.name)
        if spot.default is not MISSING and value == spot.default:
            continue
        if isinstance(value, tuple):
            out[spot.name] = [item if isinstance(item, str) else _dump(item) for item in value]
        elif isinstance(value, Condition):
            out[spot.name] = _dump(value)
        else:
            out[spot.name] = str(value) if isinstance(value, StrEnum) else value
    return out


def _load(cls: type, data: Any, where: str, problems: list[str]) -> Any:
    if not isinstance(data, Mapping):
        problems.append(f"{where}: is not an object")
        return None
    where = f"{where} {data['key']}" if isinstance(data.get("key"), str) else where
    spots = {spot.name: spot for spot in fields(cls)}
    for unknown in sorted(set(map(str, data)) - set(spots)):
        problems.append(f"{where}: knows no {unknown}")
    values: dict[str, Any] = {}
    for name, spot in spots.items():
        if name in data:
            values[name] = _load_value(cls, name, str(spot.type), data[name], f"{where} {name}", problems)
        elif spot.default is MISSING:
            problems.append(f"{where}: has no {name}")
    return None if problems else cls(**values)


def _load_value(cls: type, name: str, kind: str, value: Any, where: str, problems: list[str]) -> Any:
    if (nested := _NESTED.get((cls, name))) is not None:
        if nested is Condition:
            return _load(nested, value, where, problems)
        if isinstance(value, list):
            return tuple(_load(nested, item, where, problems) for item in value)
        problems.append(f"{where}: is not a list")
    elif (cls, name) in _LISTS_OF_TEXT:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        problems.append(f"{where}: is not a list of texts")
    elif (enum := _ENUMS.get((cls, name))) is not None:
        if isinstance(value, str) and value in {str(member) for member in enum}:
            return enum(value)
        problems.append(f"{where}: there is no {value!r}")
    elif type(value) is _PLAIN[kind]:
        return value
    else:
        problems.append(f"{where}: is not {kind}")
    return None
