"""Photos as answers to a browser.

Invariant: a photo is only ever a picture: its type is fixed, nothing in it runs, no browser keeps it.
Must not know: whose photo it is, who may see it.
"""

from __future__ import annotations

from flask import Response

from shared.photo import MEDIA_TYPE


def jpeg(content: bytes) -> Response:
    """The answer that shows a photo. `nosniff` and `no-store` stand on every answer of the app."""
    answer = Response(content, mimetype=MEDIA_TYPE)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Content-Disposition"] = 'inline; filename="photo.jpg"'
    return answer
