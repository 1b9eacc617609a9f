"""The numbers of cases and assessments: those that are taken, and where people's own go on after a load."""

from __future__ import annotations

from django.db import connection

from reporting.demo.maker import Frame


def last_case_number() -> int:
    """The highest number that a case reference has, or the one before the sequence's first."""
    with connection.cursor() as cursor:
        cursor.execute("select greatest((select last_value from cases_reference), 20000)")
        return cursor.fetchone()[0]


def taken_assessment_numbers() -> dict[int, int]:
    """The highest number that is taken in each year."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select split_part(reference, '/', 2)::int, max(split_part(reference, '/', 3)::int)"
            " from assessments_assessment where reference ~ '^WM/[0-9]{4}/[0-9]+$' group by 1"
        )
        return dict(cursor.fetchall())


def keep_assessment_numbers(frame: Frame) -> None:
    """Let the next assessment registered by hand go on where the load ended."""
    with connection.cursor() as cursor:
        for year, last in frame.assessment_numbers.items():
            cursor.execute(
                "insert into assessments_referencecounter (year, last) values (%s, %s)"
                " on conflict (year) do update set last = greatest(assessments_referencecounter.last, excluded.last)",
                [year, last],
            )
