"""A node told what to do line by line, in JSON; run by whichever version of the house is on the path.

Values are by field number, so that the same words work for a program that has no name for them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from edge.config import Config
from edge.node import EdgeNode, build
from edge.transport import HubLink
from shared.ids import SYSTEM, Dot, RecordId
from shared.ledger import records
from shared.ledger.tables import read_extra, table_of
from shared.schema import SCHEMA_VERSION, Kind, field_by_number, record_type

Said = dict[str, Any]


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def say(node: EdgeNode, said: Said) -> object:
    """A new record of a kind this program knows."""
    fields = {int(number): value for number, value in said["fields"].items()}
    with node.kit.database.transaction() as tx:
        done = node.kit.log.append(tx, kind=Kind(said["kind"]), author=SYSTEM, fields=fields)
    return done.change.record


def edit(node: EdgeNode, said: Said) -> object:
    fields = {int(number): value for number, value in said["fields"].items()}
    kind, record = Kind(said["kind"]), RecordId(Dot(said["record"]))
    with node.kit.database.transaction() as tx:
        context = records.context_of(tx, kind, record)
        done = node.kit.log.append(
            tx, kind=kind, author=SYSTEM, fields=fields, record=record, context=context
        )
    return done.change.dot


def sync(node: EdgeNode, _: Said) -> object:
    with HubLink(node.kit.identity.hub_url) as link:
        for _ in range(3):
            node.round.run(link.exchange, everything=True)
    return None


def show(node: EdgeNode, said: Said) -> object:
    """What this program makes of a record: all values by number, columns by name, and what it only keeps."""
    kind, record = said["kind"], said["record"]
    with node.kit.database.snapshot() as tx:
        views = records.views_of(tx, kind, record)
        row_type = record_type(kind)
        row = records.read(tx, row_type.kind, record) if row_type is not None else None
        extra = {}
        if row is not None:
            table = kind_table(kind)
            (packed,) = tx.execute(
                f"SELECT extra FROM {table} WHERE id = ?",  # noqa: S608 - schema names
                (record,),
            ).fetchone()
            extra = read_extra(packed)
    return {
        "values": {number: plain(view.value) for number, view in views.items()},
        "columns": None if row is None else {name: plain(value) for name, value in row.values.items()},
        "extra": {number: plain(value) for number, value in extra.items()},
        "named": field_by_number(kind, 60) is not None,
        "schema": SCHEMA_VERSION,
    }


def kind_table(kind: int) -> str:
    row_type = record_type(kind)
    assert row_type is not None
    return table_of(row_type)


def main(data: Path) -> None:
    node = build(Config(data=data))
    acts = {"say": say, "edit": edit, "sync": sync, "show": show}
    print("ready", flush=True)
    for line in sys.stdin:
        said = json.loads(line)
        print(json.dumps(acts[said["do"]](node, said)), flush=True)
    node.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
