"""The commands of a node: `karaula edge run`.

Must not know: how the node works.
"""

from __future__ import annotations

from pathlib import Path

import click

from edge.config import STICK_ROOTS, Config
from edge.serve import serve


@click.command()
@click.option(
    "--data",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The node's directory, as `karaula node enrol` made it.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address tablets reach.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="The port; 0 takes any free one.")
@click.option("--hub-url", help="Where the hub is, if not as the directory says.")
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The database key, if neither a systemd credential nor in the directory.",
)
@click.option(
    "--sync-interval",
    default=5.0,
    show_default=True,
    type=click.FloatRange(0.2, 3600),
    help="Seconds between contacts while the link is up.",
)
@click.option(
    "--threads", default=4, show_default=True, type=click.IntRange(1, 32), help="Pages served at once."
)
@click.option("--https", is_flag=True, help="A proxy in front speaks TLS: cookies travel over it only.")
@click.option(
    "--metered",
    is_flag=True,
    help="The link's bytes cost: only what is urgent is sent by itself, the rest when someone asks.",
)
@click.option(
    "--stick-root",
    "stick_roots",
    multiple=True,
    default=[str(root) for root in STICK_ROOTS],
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the system mounts sticks, for the status page; may be given more than once.",
)
@click.option("--relay", "relays", is_flag=True, help="Carry for neighbours on the LAN that have no link.")
@click.option("--relay-url", help="A neighbour that carries for this node while the hub is out of reach.")
@click.option("--demo", is_flag=True, help="Say on every page that nothing here is real.")
def run(
    *,
    data: Path,
    host: str,
    port: int,
    hub_url: str | None,
    key_file: Path | None,
    sync_interval: float,
    threads: int,
    https: bool,
    metered: bool,
    stick_roots: tuple[Path, ...],
    relays: bool,
    relay_url: str | None,
    demo: bool,
) -> None:
    """Run this post's node until it is told to stop."""
    config = Config(
        data=data,
        host=host,
        port=port,
        hub_url=hub_url,
        key_file=key_file,
        sync_interval_s=sync_interval,
        threads=threads,
        demo=demo,
        https=https,
        metered=metered,
        stick_roots=stick_roots,
        relays=relays,
        relay_url=relay_url,
    )
    serve(config, say=click.echo)
