"""Faults planted from outside, each of which breaks a promise that the judges must miss.

Job: do to the demo's files, processes and databases what a bad disk, a thief or a careless hand
could do, at a named moment of the story. Invariants: edge, hub and shared know nothing of this;
each fault says which promise it breaks. Must not know: how a promise is judged.

A fault's `moments` name the acts before which something is done; `judgement` comes last, when
everything has stopped.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from provisioning.demo.notes import Notes
from provisioning.demo.stage import Stage
from provisioning.demo.stores import Store, key_of, keys_paper
from provisioning.disk import write_file
from shared.enrolment import NodeKeys, files
from shared.schema import Kind

JUDGEMENT: Final = "judgement"
_KLOBUK: Final = "KLOBUK"
_SCEPAN: Final = "SCEPANPOLJE"
_GOSTUN: Final = "GOSTUN"
_OFFLINE_S: Final = 8.0  # long enough that an age of nothing is plainly a lie


@dataclass(slots=True, kw_only=True)
class Scene:
    """What a fault can reach."""

    stage: Stage
    notes: Notes
    kept: Path
    """Where a fault keeps what it will bring back: outside of the demo's directory."""
    release: threading.Event = field(default_factory=threading.Event)

    def node(self, post: str) -> Store:
        return Store(self.stage.at.node(post), name=post)

    def hub(self) -> Store:
        return Store(self.stage.at.hub, name="hub")


Act = Callable[[Scene], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One sabotage: the promise it breaks, what it does in words, and when it does it."""

    promise: int
    summary: str
    moments: Mapping[str, Act]


# --- promise 1 ---


def _lose_at_hub(scene: Scene) -> None:
    victim = int(scene.notes.saved[2].id)
    with scene.hub() as hub, hub.tampering() as tx:
        tx.execute("DELETE FROM check_record WHERE id = ?", (victim,))
        tx.execute("DELETE FROM history WHERE record = ?", (victim,))


def _empty_queue(scene: Scene) -> None:
    with scene.node(_SCEPAN) as node, node.tampering() as tx:
        tx.execute("DELETE FROM sealed")  # with its bundles there, the node would notice and send them again
        tx.execute("UPDATE own_head SET cut_seq = seq, acked_seq = seq")


def _duplicate(scene: Scene) -> None:
    victim = int(scene.notes.saved[2].id)
    with scene.hub() as hub, hub.tampering() as tx:
        columns = [row[1] for row in tx.execute("PRAGMA table_info(check_record)") if row[1] != "id"]
        names = ", ".join(f'"{name}"' for name in columns)
        tx.execute(
            f"INSERT INTO check_record (id, {names}) SELECT id + 100000, {names} "  # noqa: S608 - the table's own names
            "FROM check_record WHERE id = ?",
            (victim,),
        )


def _keep_node(scene: Scene) -> None:
    _copy_database(scene.stage.at.node(_KLOBUK), scene.kept)


def _bring_back_node(scene: Scene) -> None:
    _copy_database(scene.kept, scene.stage.at.node(_KLOBUK))


def _keep_hub(scene: Scene) -> None:
    scene.stage.doorbell.stop()
    scene.stage.hub.stop()
    _copy_database(scene.stage.at.hub, scene.kept)
    scene.stage.start_hub()


def _bring_back_hub(scene: Scene) -> None:
    _copy_database(scene.kept, scene.stage.at.hub)


# --- promise 2 ---


def _diverge(scene: Scene) -> None:
    with scene.node(_KLOBUK) as node, node.tampering() as tx:
        tx.execute(
            "UPDATE check_record SET nationality = 'XXX' WHERE id = ?", (int(scene.notes.saved[0].id),)
        )


def _drop_alert(scene: Scene) -> None:
    with scene.node(_GOSTUN) as node:
        alert = node.ids(Kind.ALERT)[0]
        with node.tampering() as tx:
            tx.execute("DELETE FROM alert_record WHERE id = ?", (alert,))
            tx.execute("DELETE FROM history WHERE record = ?", (alert,))


# --- promise 3 ---


def _overwrite_sibling(scene: Scene) -> None:
    """In both replicas, so that they agree with each other on the loss."""
    record, lost = int(scene.notes.disputed), scene.notes.disputed_values[0]
    with scene.hub() as hub, scene.node(_KLOBUK) as node:
        dots = [change.dot for change in hub.changes(Kind.CHECK, record) if lost in change.fields.values()]
        for store in (hub, node):
            with store.tampering() as tx:
                tx.execute("DELETE FROM history WHERE record = ? AND dot = ?", (record, dots[0]))


def _erase_reason(scene: Scene) -> None:
    for store in (scene.hub(), scene.node(_KLOBUK)):
        with store, store.tampering() as tx:
            tx.execute("UPDATE correction_record SET reason = NULL WHERE action = 'resolve'")


def _forge_audit(scene: Scene) -> None:
    with scene.hub() as hub, hub.tampering() as tx:
        tx.execute(
            "UPDATE audit SET officer = officer + 1 WHERE number = (SELECT max(number) - 3 FROM audit)"
        )


# --- promise 4 ---


def _leak(scene: Scene) -> None:
    text = ",".join(scene.notes.canaries[:3])
    write_file(scene.stage.at.node(_KLOBUK) / "export.csv", text.encode())


def _plain_backup(scene: Scene) -> None:
    directory = scene.stage.at.node(_GOSTUN)
    with scene.node(_GOSTUN) as node:
        node.export_plain(directory / "backup.db")


def _one_key_for_two(scene: Scene) -> None:
    ours, theirs = scene.stage.at.node(_SCEPAN), scene.stage.at.node(_KLOBUK)
    keys = NodeKeys.unlock(keys_paper(theirs), key_of(theirs))
    write_file(ours / files.NODE_KEYS, keys.lock(key_of(ours)), replace=True)


# --- promise 5 ---


def _backdate(scene: Scene) -> None:
    time.sleep(_OFFLINE_S)
    now_ms = time.time_ns() // 1_000_000
    with scene.node(_SCEPAN) as node, node.tampering() as tx:
        tx.execute("UPDATE hub_state SET list_ms = ?", (now_ms,))


# --- promise 6 ---


def _hold_lock(scene: Scene) -> None:
    held = threading.Event()

    def hold() -> None:
        with scene.node(_GOSTUN) as node, node.holding():
            held.set()
            scene.release.wait()

    threading.Thread(target=hold, name="sabotage", daemon=True).start()
    held.wait()


def _let_go(scene: Scene) -> None:
    scene.release.set()


def _stall(scene: Scene) -> None:
    node = scene.stage.nodes[_GOSTUN]
    node.freeze()
    threading.Timer(12.0, node.thaw).start()


def _copy_database(source: Path, target: Path) -> None:
    """The database with its log, as a copy of the disk has them."""
    for name in (files.DATABASE, f"{files.DATABASE}-wal"):
        (target / name).unlink(missing_ok=True)
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
    (target / f"{files.DATABASE}-shm").unlink(missing_ok=True)


FAULTS: Final[Mapping[str, Fault]] = MappingProxyType(
    {
        "lose-acknowledged": Fault(
            promise=1,
            summary="the hub loses a check it had acknowledged",
            moments={JUDGEMENT: _lose_at_hub},
        ),
        "empty-queue": Fault(
            promise=1,
            summary="an offline post's queue is emptied, and the post made to believe that it has arrived",
            moments={"calm": _empty_queue},
        ),
        "duplicate-record": Fault(
            promise=1, summary="a check is at the hub twice", moments={JUDGEMENT: _duplicate}
        ),
        "lying-disk": Fault(
            promise=1,
            summary="after a power cut a post's disk is as it was before the last check was saved",
            moments={"power_cut": _keep_node, "restart": _bring_back_node},
        ),
        "restore-old-hub": Fault(
            promise=1,
            summary="the hub is put back to this morning's copy, under its old number",
            moments={"storm": _keep_hub, "evening": _bring_back_hub},
        ),
        "diverge-replica": Fault(
            promise=2,
            summary="one post's copy of a check says something else than the hub's",
            moments={JUDGEMENT: _diverge},
        ),
        "drop-alert": Fault(
            promise=2, summary="a post has lost an alert without noticing", moments={JUDGEMENT: _drop_alert}
        ),
        "overwrite-sibling": Fault(
            promise=3,
            summary="the value that lost the decision is wiped out everywhere",
            moments={JUDGEMENT: _overwrite_sibling},
        ),
        "erase-reason": Fault(
            promise=3, summary="the reason of the decision is erased", moments={JUDGEMENT: _erase_reason}
        ),
        "forge-audit": Fault(
            promise=3,
            summary="an audit line says that somebody else did it",
            moments={JUDGEMENT: _forge_audit},
        ),
        "plaintext-leak": Fault(
            promise=4, summary="a readable file with names lies beside a store", moments={JUDGEMENT: _leak}
        ),
        "plain-backup": Fault(
            promise=4, summary="somebody made a backup without encryption", moments={JUDGEMENT: _plain_backup}
        ),
        "one-key-for-two": Fault(
            promise=4, summary="two nodes have the same keys", moments={JUDGEMENT: _one_key_for_two}
        ),
        "backdate-list-age": Fault(
            promise=5,
            summary="an offline post is made to believe that its list is fresh",
            moments={"watch_the_age": _backdate},
        ),
        "freeze-booth": Fault(
            promise=6,
            summary="another program holds a post's database",
            moments={"hub_dead": _hold_lock, "evening": _let_go},
        ),
        "stall-booth": Fault(
            promise=6, summary="a post's node stands still for a while", moments={"hub_dead": _stall}
        ),
    }
)
"""All of them by name."""


class Saboteur:
    """Carries one fault out; without one it does nothing."""

    def __init__(self, name: str | None, scene: Scene) -> None:
        self.fault = FAULTS[name] if name is not None else None
        self._scene = scene

    def before(self, act: str) -> bool:
        """Do what the fault does before this act; returns whether that was anything."""
        doing = self.fault.moments.get(act) if self.fault is not None else None
        if doing is None:
            return False
        doing(self._scene)
        return True

    def let_go(self) -> None:
        """End what still goes on."""
        self._scene.release.set()
