"""The pictures of the README, taken from the running demo: `./dev shots [--site http://127.0.0.1:8000]`.

Signs in by the demo's one-click page, opens some pages and writes docs/screenshots/NAME.png, 1280 pixels wide.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "screenshots"
FONTS = ROOT / "static" / "vendor" / "inter"
WIDTH, HEIGHT = 1280, 900
BIGGEST = 200 * 1024  # bytes of one picture
FAMILY = "/families/WM-20418"  # the family of the first story


def my_work(page: Page) -> None:
    page.goto("/my-work/")


def family(page: Page) -> None:
    page.goto(f"{FAMILY}/")


def sharing(page: Page) -> None:
    page.goto(f"{FAMILY}/sharing/")


def meeting(page: Page) -> None:
    page.goto(f"{FAMILY}/meetings/")
    page.locator("main .app-card a.govuk-link").first.click()


def assessment(page: Page) -> None:
    """A page of questions of an assessment that is under way."""
    page.goto("/my-work/")
    page.get_by_role("link", name="Mirza", exact=True).first.click()
    page.get_by_role("link", name="Assessments", exact=True).click()
    page.locator("main h2 a").first.click()


def whole_family(page: Page) -> None:
    """The family tree, who is mentioned and a child's drawing, of the assessment that is under way."""
    page.goto("/families/WM-20469/assessments/")
    page.locator("main h2 a").first.click()
    page.get_by_role("link", name="Family tree, everyone mentioned").click()


def form(page: Page) -> None:
    """A form as its writer sees it."""
    page.goto("/forms/")
    page.locator("main table a").first.click()


def agreement(page: Page) -> None:
    """What the version that agencies are signing would change, before it takes effect."""
    page.goto("/agreement/versions/3/effect/")


def report(page: Page) -> None:
    page.goto("/reports/")
    page.locator("main a[href^='/reports/2']").first.click()


# (file, who looks, what is opened)
SHOTS = (
    ("my-work", "priya.nandra@example.org", my_work),
    ("family", "priya.nandra@example.org", family),
    ("sharing", "priya.nandra@example.org", sharing),
    ("assessment", "priya.nandra@example.org", assessment),
    ("whole-family", "priya.nandra@example.org", whole_family),
    ("form", "odette.farrant@example.org", form),
    ("meeting", "priya.nandra@example.org", meeting),
    ("agreement", "dominic.hale@example.org", agreement),
    ("report", "colin.abbot@example.org", report),
)


def take(site: str) -> list[Path]:
    """Take every picture from `site`, the address of a running demo. Gives the files written."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    written = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox"],
            env={**os.environ, "FONTCONFIG_FILE": str(with_inter(Path(folder)))},
        )
        for name, who, opened in SHOTS:
            context = chromium.new_context(
                viewport={"width": WIDTH, "height": HEIGHT}, base_url=site, locale="en-GB"
            )
            page = context.new_page()
            page.on("response", refuse_errors)
            page.goto("/demo/sign-in/")
            page.locator(f"button[value='{who}']").click()
            page.wait_for_load_state()
            opened(page)
            page.wait_for_load_state("networkidle")
            written.append(save(page.screenshot(), PICTURES / f"{name}.png"))
            context.close()
        chromium.close()
    return written


def refuse_errors(response) -> None:
    """Take no picture of a page that failed. Raises ValueError."""
    if response.status >= 400:
        raise ValueError(f"{response.url} answered {response.status}")


def save(png: bytes, path: Path) -> Path:
    """Write a picture with 256 colours, which is a quarter of the bytes and looks the same. Raises ValueError if it is big."""
    Image.open(BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > BIGGEST:
        raise ValueError(f"{path.name} has {path.stat().st_size} bytes")
    return path


def with_inter(folder: Path) -> Path:
    """A font configuration that knows Inter, the first choice of our style sheet, beside the system's own fonts."""
    for packed in FONTS.glob("*.woff2"):
        font = TTFont(packed)
        font.flavor = None  # Chromium takes no packed font from the system
        font.save(folder / f"{packed.stem}.ttf")
    configuration = folder / "fonts.conf"
    configuration.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{folder}</dir>'
        f"<cachedir>{folder}</cachedir></fontconfig>"
    )
    return configuration


def running_demo() -> str:
    """The address of a demo of this checkout that answers, or the first port's."""
    listening = subprocess.run(["ss", "-ltnH"], capture_output=True, text=True, check=False).stdout
    ports = {int(port) for port in re.findall(r"127\.0\.0\.1:(8\d\d\d)\b", listening)}
    return f"http://127.0.0.1:{min(ports, default=8000)}"


def main(arguments: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="./dev shots", description=__doc__)
    options.add_argument("--site", default=None, help="the address of a running demo (found by itself)")
    chosen = options.parse_args(arguments)
    for path in take(chosen.site or running_demo()):
        sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    main()
