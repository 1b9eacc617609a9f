"""``./dev prove``: random histories of sharing against the plain-Python oracle, for as long as asked."""

import argparse

from devtools import services, testing
from devtools.console import VAR

TEST = "tests/fuzz/test_sharing.py"


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
