"""``./dev doctor``: what this machine has, and what to do about what it has not."""

import os
import platform
import shutil

from devtools import frontend, services, state, system
from devtools.console import ROOT, VAR
from devtools.postgres import Cluster, find_binaries
from devtools.processes import answers
from devtools.valkey import Valkey, find_binary


def findings():
    """Return (what, whether it is well, words) for everything the other commands need."""
    settings = state.load()
    cluster, valkey = Cluster(settings), Valkey(settings)
    free = shutil.disk_usage(ROOT).free / 1e9
    missing = system.missing_pdf_packages()
    return [
        ("Python", True, platform.python_version()),
        ("PostgreSQL programs", True, str(find_binaries())),
        (
            "PostgreSQL",
            True,
            f"running on port {cluster.port}" if cluster.is_running() else "not running: ./dev up",
        ),
        ("Valkey program", True, str(find_binary())),
        (
            "Valkey",
            True,
            f"running on port {valkey.port}" if valkey.is_running() else "not running: ./dev up",
        ),
        (
            "PDF libraries",
            not missing,
            "there" if not missing else "missing: apt install " + " ".join(missing),
        ),
        ("npm", True, shutil.which("npm") or "not installed; fetched when needed"),
        ("style sheets", frontend.VENDOR.exists(), str(frontend.VENDOR)),
        (
            "Chromium",
            bool(system.find_browser()),
            system.find_browser() or "missing: only ./dev test needs it",
        ),
        ("port 8000", True, "taken; the demo moves on to the next" if answers(8000) else "free"),
        ("disk", free > 2, f"{free:.1f} GB free"),
        ("folder for data", os.access(VAR, os.W_OK), str(VAR)),
        ("addresses for a shell", services.ENV_FILE.exists(), str(services.ENV_FILE)),
    ]


def run():
    """Print the findings; return 1 when something needs doing."""
    found = findings()
    for what, is_well, words in found:
        print(f"{'ok' if is_well else 'LOOK':5} {what:22} {words}")
    return 0 if all(is_well for _what, is_well, _words in found) else 1
