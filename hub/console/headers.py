"""What every page of the console says about itself to the browser.

Job: the strict content policy and the order to keep nothing. Invariant: pages run only our own
files, are framed by nobody and are stored nowhere. Must not know: what is on a page.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from flask import Response

_HEADERS: Final = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)


def harden(response: Response) -> Response:
    """Set the headers; whoever marked an answer `public` (a static file) keeps its caching."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if not response.headers.get("Cache-Control", "").startswith("public"):
        response.headers["Cache-Control"] = "no-store"
    return response
