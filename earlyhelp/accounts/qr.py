"""The square code that an authenticator app reads, as an SVG that may stand in a page under a strict policy."""

from __future__ import annotations

import qrcode

QUIET_ZONE = 4  # modules of white around the code, as ISO/IEC 18004 asks


def svg(text: str) -> str:
    """Draw `text` as one SVG path: no style, no script, no data address, sharp at any size."""
    code = qrcode.QRCode(border=0)
    code.add_data(text)
    code.make(fit=True)
    runs = []
    for y, row in enumerate(code.get_matrix()):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            start = x
            while x < len(row) and row[x]:
                x += 1
            runs.append(f"M{start + QUIET_ZONE} {y + QUIET_ZONE}h{x - start}v1h-{x - start}z")
    side = code.modules_count + 2 * QUIET_ZONE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="240" height="240" role="img" '
        f'shape-rendering="crispEdges"><title>Code for your authenticator app</title>'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#0b0c0c" d="{"".join(runs)}"/></svg>'
    )
