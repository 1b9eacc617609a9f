"""Checks that must hold before anybody is served: whose rights the database gives us, and that no demo door is open.

``refuse_unsafe_start`` runs when a web server, a worker or the scheduler starts. The same facts are system checks, so
that ``manage.py check --database default`` shows them to an operator.
"""

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

ROLE_QUERY = """
SELECT current_user,
       rolsuper,
       rolbypassrls,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public' AND c.relowner = r.oid),
       EXISTS (SELECT FROM pg_roles s WHERE (s.rolsuper OR s.rolbypassrls) AND s.rolname <> r.rolname
                AND pg_has_role(r.oid, s.oid, 'MEMBER'))
  FROM pg_roles r WHERE r.rolname = session_user
"""


def role_problems():
    """Return sentences about what is wrong with the role this process signs in to PostgreSQL as; none when it is right.

    Row-level security is not applied to a superuser, to a role with BYPASSRLS, nor (unless forced) to a table's owner.
    """
    with connection.cursor() as cursor:
        cursor.execute(ROLE_QUERY)
        name, is_superuser, bypasses, owns_tables, may_become_one = cursor.fetchone()
    remedy = "Set DATABASE_URL to sign in as eh_app (earlyhelp/access/roles.sql makes it)."
    problems = []
    if is_superuser:
        problems.append(f"The database role {name} is a superuser and would see every family. {remedy}")
    if bypasses:
        problems.append(
            f"The database role {name} passes by row-level security and would see every family. {remedy}"
        )
    if owns_tables:
        problems.append(
            f"The database role {name} owns tables and could switch their protection off. {remedy}"
        )
    if may_become_one:
        problems.append(f"The database role {name} may become a role that sees every family. {remedy}")
    return problems


def demo_problems():
    """Return a sentence when the demo's one-click sign-in could be reached on a real site."""
    if settings.EH_DEMO and settings.DEPLOYMENT == "production":
        return ["EH_DEMO is on in production: anybody could sign in as anybody. Remove it from the settings."]
    return []


def refuse_unsafe_start():
    """Raise ImproperlyConfigured when this process must not serve anybody. Leaves no connection open."""
    if settings.DEPLOYMENT == "test":
        return
    problems = demo_problems() + role_problems()
    connection.close()
    if problems:
        raise ImproperlyConfigured(" ".join(problems))


@register(Tags.security)
def check_demo(app_configs, **_kwargs):
    """The demo sign-in page cannot exist in production."""
    return [Error(problem, id="earlyhelp.E001") for problem in demo_problems()]


@register(Tags.database)
def check_database_role(app_configs, databases=None, **_kwargs):
    """The application's role must not be able to see past row-level security.

    Migrations run the database checks too, as the owner on purpose, so for any role but the application's own the
    answer is a matter of ``refuse_unsafe_start``.
    """
    if not databases or connection.settings_dict["USER"] in {"eh_owner", "eh_test"}:
        return []
    return [Error(problem, id="earlyhelp.E002") for problem in role_problems()]
