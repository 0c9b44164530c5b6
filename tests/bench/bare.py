"""The memory baseline: a Flask application that says one word, served by waitress, and nothing else."""

from __future__ import annotations

from flask import Flask
from waitress.server import create_server

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    return "hello"


if __name__ == "__main__":
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    print(f"listening on http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()
