"""``./dev prove``: random histories of sharing against the plain-Python oracle. ``./dev rooms``: typing, measured."""

import argparse

from devtools import services, testing
from devtools.console import VAR

TEST = "tests/fuzz/test_sharing.py"
ROOMS = "tests/live/test_rooms_load.py"


def run(arguments):
    """Compare for ``--minutes``, with servers of this run's own. The last line says how much was compared.

    Ends with pytest's exit code: 1 when a row was disagreed about, with the shortest history that leads to it.
    """
    parser = argparse.ArgumentParser(prog="./dev prove", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="how long (5)")
    parser.add_argument("--seed", type=int, default=0, help="begin with this seed (a random one)")
    options = parser.parse_args(arguments)
    result = VAR / "prove.txt"
    result.unlink(missing_ok=True)
    with services.throwaway() as environment:
        wanted = {
            "EH_PROVE_MINUTES": str(options.minutes),
            "EH_PROVE_SEED": str(options.seed),
            "EH_PROVE_RESULT": str(result),
        }
        code = testing.run_pytest([TEST, "-m", "fuzz", "-n0", "-q"], {**environment, **wanted})
    if result.exists():
        print(result.read_text(), end="", flush=True)
    return code


def rooms(arguments):
    """Let rooms full of people type through a real live process, with servers of this run's own; print what it took.

    Ends with pytest's exit code: 1 when a keystroke was lost.
    """
    parser = argparse.ArgumentParser(prog="./dev rooms", description=rooms.__doc__)
    parser.add_argument("--rooms", type=int, default=30, help="so many meetings at once (30)")
    parser.add_argument("--people", type=int, default=8, help="so many people in each (8)")
    parser.add_argument("--seconds", type=float, default=60, help="how long (60)")
    parser.add_argument("--rate", type=float, default=4, help="letters a second of each person (4)")
    options = parser.parse_args(arguments)
    result = VAR / "rooms.txt"
    result.unlink(missing_ok=True)
    wanted = {f"EH_{name.upper()}": str(value) for name, value in vars(options).items()}
    with services.throwaway() as environment:
        environment = {**environment, **wanted, "EH_ROOMS_RESULT": str(result), "EH_OWN_PROCESS": "1"}
        code = testing.run_pytest([ROOMS, "-n0", "-q"], environment)
    if result.exists():
        print(result.read_text(), end="", flush=True)
    return code
