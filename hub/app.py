"""The hub's web application: wiring only.

Job: a Flask app around a `Hub`: sync door, whole lists, console. Must not know: storage, the wire.
"""

from __future__ import annotations

from flask import Flask

from hub import console
from hub.api import bare, sync_api
from hub.api_snapshot import snapshot_api
from hub.hub import Hub
from shared.limits import FORM_MAX_BYTES


def create_app(hub: Hub, *, https: bool = False) -> Flask:
    """The app for one hub. `https` says that people reach it by TLS, through a proxy."""
    app = Flask("hub", static_folder=None)
    app.config.update(
        SECRET_KEY=hub.secret_key(),
        MAX_CONTENT_LENGTH=FORM_MAX_BYTES,  # the sync door sets its own, larger one
        SESSION_COOKIE_SECURE=https,
    )
    app.extensions["hub"] = hub
    app.after_request(bare)
    door = sync_api(hub)
    csrf = console.install(app, hub.desk)
    csrf.exempt(door)
    app.register_blueprint(door)
    lists = snapshot_api(hub.snapshots)
    csrf.exempt(lists)
    app.register_blueprint(lists)
    return app
