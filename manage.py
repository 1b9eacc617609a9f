#!/usr/bin/env python
"""Administrative commands. ``./dev manage`` runs them against the demo; a deployment sets the environment itself."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main():
    """Run the command; show a settings problem as the one sentence it is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earlyhelp.settings.base")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(f"error: {problem}")


if __name__ == "__main__":
    main()
