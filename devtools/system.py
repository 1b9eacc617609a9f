"""Libraries and programs that come from the operating system: installed when we may, named when we may not."""

import ctypes
import os
import shutil
import subprocess
import sys

from devtools.console import die, say

PDF_LIBRARIES = {"libpango-1.0.so.0": "libpango-1.0-0", "libpangoft2-1.0.so.0": "libpangoft2-1.0-0"}
# Not needed to run, but without them documents are larger or set in a poorer face
PDF_COMPANIONS = ["libharfbuzz-subset0", "libfontconfig1", "fonts-dejavu-core"]
BROWSER_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_PACKAGES = ["chromium", "libatomic1", "fonts-dejavu-core"]


def can_load(library):
    """Say whether the shared library can be loaded."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_pdf_packages():
    """Return the Debian packages that documents need and that are not there."""
    return [package for library, package in PDF_LIBRARIES.items() if not can_load(library)]


def find_browser():
    """Return the path of a Chromium, or None."""
    return next((found for found in map(shutil.which, BROWSER_PROGRAMS) if found), None)


def install(packages, reason):
    """Install Debian packages as root; otherwise print the line that does it, and stop."""
    line = "sudo apt-get install -y --no-install-recommends " + " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        die(f"{reason} Run this line, then the same command again:\n  {line}")
    say("installing", *packages)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if subprocess.run(command, env=environment, capture_output=True).returncode:
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=True)
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            die(f"{reason} Installing failed:\n{done.stderr[-1500:]}\nThe line was:\n  {line}")


def require_pdf_libraries():
    """Make sure that documents can be made."""
    if sys.platform == "darwin":
        if not (
            can_load("/opt/homebrew/lib/libpango-1.0.dylib") or can_load("/usr/local/lib/libpango-1.0.dylib")
        ):
            die("PDF documents need Pango. Run: brew install pango")
        return
    if missing_pdf_packages():
        install([*PDF_LIBRARIES.values(), *PDF_COMPANIONS], "PDF documents need the Pango libraries.")


def require_browser():
    """Make sure that browser tests have a Chromium and the one library that its driver wants."""
    if sys.platform == "linux" and not (find_browser() and can_load("libatomic.so.1")):
        install(BROWSER_PACKAGES, "The browser tests need Chromium.")
    if not find_browser():
        die("The browser tests need Chromium on the path.")
