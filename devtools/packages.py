"""``./dev lock``: pins every Python package with its hash, for developers and for deployments."""

import shutil
import subprocess

from devtools.console import ROOT, die, say

OPTIONS = [
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-annotate",
    "--quiet",
    "pyproject.toml",
]
# A deployment gets the very versions that were tested, less the demo's servers and the test tools.
FILES = {
    "requirements.txt": ["--group", "embedded", "--group", "test"],
    "requirements-deploy.txt": ["--constraints", "requirements.txt"],
}


def lock(arguments):
    """Compile both files from pyproject.toml; ``arguments`` such as ``--upgrade`` go to uv."""
    uv = shutil.which("uv") or shutil.which(str(ROOT / ".tools/bin/uv"))
    if not uv:
        die("uv is needed to choose package versions. Remove .venv and run any ./dev command; it fetches uv")
    for name, groups in FILES.items():
        done = subprocess.run([uv, "pip", "compile", *OPTIONS, *groups, "-o", name, *arguments], cwd=ROOT)
        if done.returncode:
            die(f"{name} could not be compiled")
        say(f"{name} is up to date")
