"""``./dev COMMAND``: see ``./dev --help``."""

from devtools.commands import main

main()
