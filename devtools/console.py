"""Words to the person at the terminal, and where things lie."""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
PYTHON = sys.executable
STARTED = time.monotonic()


def say(*words):
    """Tell the person one thing, with the seconds since the command began. Standard output stays free for results."""
    print(f"[{time.monotonic() - STARTED:6.1f}s]", *words, file=sys.stderr, flush=True)


def die(message):
    """Print what is wrong and what to do about it, and end the command."""
    print("error:", message, file=sys.stderr, flush=True)
    sys.exit(1)
