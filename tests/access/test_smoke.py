import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_no_context_no_rows():
    with connection.cursor() as cursor:
        cursor.execute("select current_user, count(*) from cases_case")
        assert cursor.fetchone() == ("eh_app", 0)
