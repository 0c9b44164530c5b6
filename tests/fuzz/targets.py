"""Each decoder with what it is fed: good inputs, a way to bend them, and the production reader.

Where a signature or a seal would turn every bent input away at the door, a second target signs or seals the
bent content with the right key, so that what lies behind the door is tried as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from shared import bundle, segment, wire
from shared.codelists import load_lists, packaged
from shared.crypto import Purpose
from shared.ids import Dot, read_dot
from shared.limits import REQUEST_MAX_BYTES
from shared.mrz import parse as parse_zone
from shared.names import fold, sanitise, transliterate_to_mrz
from shared.national_number import judge
from shared.partial_date import from_day_number, from_mrz_birth, from_mrz_expiry
from shared.partial_date import parse as parse_date
from shared.plates import normalise_plate, read_plate, vin_verdict
from shared.typed_text import typed_text
from tests.fuzz.bending import bend_bytes, bend_msgpack, bend_text, pack, spliced
from tests.fuzz.carried import carried
from tests.fuzz.kept import kept
from tests.fuzz.listed import listed
from tests.fuzz.spoken import spoken
from tests.fuzz.target import Target
from tests.shared import papers
from tests.vectors import sync

TODAY: Final = date(2026, 6, 1)
_WIRE: Final = sync.FOLDER / "wire"
_CASES: Final = ("edits", "eight_checks", "newer_kind", "nothing", "one_alert", "segment")
_ZONES: Final = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n",
    "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<\n",
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6\n",
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<\n",
)
_NAMES: Final = ("ĐORĐEVIĆ", "Anna Maria", "Ђорђевић", "O'Neill-Šarić", "Łódź", "ЉУБИЦА Џ.")
_PLATES: Final = ("A12-K-345", "TA-123456", "BG 123-ČA", "ČА 1234-AB", "1M8GDM9AXKP042788", "PG AB123")
_DATES: Final = ("1974-08-12", "12. 8. 1974.", "1974", "1974-08", "740812", "74<<12")
_NUMBERS: Final = ("0101006500006", "1208974123456", " 0101006500006 ")
_IDS: Final = ("KLOBUK-1-R-4F2K9-7", "GOSTUN-12-U-1-0")


@cache
def targets() -> tuple[Target, ...]:
    """All of them."""
    return (
        *_of_bundles(),
        *_of_bodies(),
        *spoken(),
        *carried(),
        *kept(),
        *listed(),
        *_of_papers(),
        *_of_typing(),
        *_of_files(),
    )


def _bodies() -> list[bytes]:
    return [bytes.fromhex(_vector(name)["body"]) for name in _CASES]


def _vector(name: str) -> Any:
    return json.loads((_WIRE / f"{name}.json").read_text(encoding="utf-8"))


# --- bundles and segments ---


def _of_bundles() -> list[Target]:
    key = sync.NODE_SIGN.verify_key
    good = [bytes.fromhex(case["raw"]) for case in sync.read("bundle")["cases"]]
    inner = _inner()
    pieces = [bytes.fromhex(case["raw"]) for case in sync.read("segment")["cases"]]

    def opened(raw: bytes) -> object:
        bundle.verify(raw, key)
        return _whole(raw)

    return [
        Target(name="bundle header", seeds=good, bend=bend_bytes, read=bundle.read_header),
        Target(name="bundle", seeds=good, bend=bend_bytes, read=opened),
        Target(name="bundle, sealed and signed", seeds=inner, bend=_resealed, read=opened, share=6),
        Target(name="segment", seeds=pieces, bend=bend_msgpack, read=lambda raw: _segment(raw, bytes(64))),
        Target(
            name="segment, signed", seeds=pieces, bend=_resigned_segment, read=lambda pair: _segment(*pair)
        ),
    ]


def _inner() -> list[bytes]:
    """What lies in the seal of a good bundle, before its padding."""
    body = wire.encode(sync.changes(), base=sync.HEADER.base)
    start = sync.HEADER.encode() + bytes(16)
    return [start + wire.compress(body), start + b"\0" + body]


def _resealed(chance: Random, inner: bytes) -> bytes:
    head = len(sync.HEADER.encode())
    bent = (
        inner[:head] + bend_msgpack(chance, inner[head:])
        if chance.random() < 0.9
        else bend_bytes(chance, inner)
    )
    padded = bent + b"\x80" + bytes(-(len(bent) + 1) % 64)
    signed = sync.HEADER.encode() + sync.PREKEY.seal_key.seal(padded)
    return signed + sync.NODE_SIGN.sign(Purpose.BUNDLE, signed)


def _whole(raw: bytes) -> object:
    opened = bundle.open_bundle(raw, sync.PREKEY)
    return list(wire.decode(opened.body, base=opened.header.base).changes())


def _segment(raw: bytes, signature: bytes) -> object:
    return segment.read(raw, signature, hub=sync.TAG, key=sync.HUB_SIGN.verify_key).changes


def _resigned_segment(chance: Random, raw: bytes) -> tuple[bytes, bytes]:
    bent = bend_msgpack(chance, raw)
    return bent, sync.HUB_SIGN.sign(Purpose.SEGMENT, bent)


# --- bodies, payloads, msgpack ---


def _of_bodies() -> list[Target]:
    bodies = _bodies()
    payloads = [wire.compress(body) for body in bodies] + [b"\0" + body for body in bodies[:2]]
    rows = [wire.pack_change(change) for change in (*sync.changes(), *sync.alerts())]
    base = Dot(int(_vector("edits")["base"]))

    def changes(body: bytes) -> object:
        return list(wire.decode(body, base=base).changes())

    def spliced_bodies(chance: Random, body: bytes) -> bytes:
        return spliced(chance, bodies) if chance.random() < 0.1 else bend_msgpack(chance, body)

    return [
        Target(name="body of a bundle", seeds=bodies, bend=spliced_bodies, read=changes, share=20),
        Target(
            name="body of a segment",
            seeds=bodies,
            bend=spliced_bodies,
            read=lambda body: list(wire.decode(body, base=None).changes()),
        ),
        Target(name="payload", seeds=payloads, bend=bend_bytes, read=wire.decompress),
        Target(name="change in the log", seeds=rows, bend=bend_msgpack, read=wire.unpack_change),
        Target(
            name="msgpack",
            seeds=[*bodies, *rows],
            bend=bend_msgpack,
            read=lambda data: wire.unpack(data, max_bytes=REQUEST_MAX_BYTES),
        ),
    ]


# --- enrolment ---

_SIGNERS: Final = {
    "authority card": (papers.AUTHORITY.sign, Purpose.CARD),
    "hub certificate": (papers.AUTHORITY.sign, Purpose.CERTIFICATE),
    "hub card": (papers.HUB.sign, Purpose.CARD),
    "prekey": (papers.HUB.sign, Purpose.PREKEY),
    "certificate": (papers.AUTHORITY.sign, Purpose.CERTIFICATE),
    "revocations": (papers.AUTHORITY.sign, Purpose.REVOCATIONS),
    "hub request": (papers.HUB.sign, Purpose.REQUEST),
    "node pack": (papers.AUTHORITY.sign, Purpose.TICKET),
    "request": (papers.NODE.sign, Purpose.REQUEST),
}


def _of_papers() -> list[Target]:
    found = []
    for name, good in papers.PAPERS.items():
        reader = papers.READERS[name]
        found.append(Target(name=name, seeds=[good], bend=bend_msgpack, read=reader, share=2))
        found.append(Target(name=f"{name}, signed", seeds=[good], bend=_resigned(name), read=reader, share=2))
    secret = json.loads(papers.VECTORS.read_text(encoding="utf-8"))["secret"]
    for name in ("node keys", "hub keys", "escrow"):
        seeds = [bytes.fromhex(secret[name])]
        found.append(Target(name=name, seeds=seeds, bend=bend_msgpack, read=papers.READERS[name], share=2))
    return found


def _resigned(name: str) -> Callable[[Random, bytes], bytes]:
    signer, purpose = _SIGNERS[name]

    def bend(chance: Random, paper: bytes) -> bytes:
        raw, _ = wire.unpack(paper, max_bytes=REQUEST_MAX_BYTES)  # type: ignore[misc]  # a paper is a pair
        bent = bend_msgpack(chance, raw)
        return pack([bent, signer.sign(purpose, bent)])

    return bend


# --- what people type and readers read ---


def _of_typing() -> list[Target]:
    def text(name: str, seeds: Sequence[str], read: Callable[[str], object], share: int = 6) -> Target:
        return Target(name=name, seeds=seeds, bend=bend_text, read=read, share=share)

    return [
        text("machine-readable zone", _ZONES, lambda zone: parse_zone(zone, today=TODAY), 14),
        text("typed text", _NAMES, lambda typed: typed_text(typed, field="remark", chars_max=200)),
        text("name", _NAMES, sanitise),
        text("name to zone", _NAMES, transliterate_to_mrz),
        text("name to key", _NAMES, fold),
        text("plate", _PLATES, read_plate),
        text("plate to key", _PLATES, normalise_plate),
        text("vehicle number", _PLATES, vin_verdict),
        text("date", _DATES, parse_date),
        text("date of birth in a zone", _DATES, lambda part: from_mrz_birth(part, today=TODAY)),
        text("date of expiry in a zone", _DATES, lambda part: from_mrz_expiry(part, today=TODAY)),
        text("national number", _NUMBERS, judge),
        text("printed id", _IDS, read_dot),
        Target(
            name="day number",
            seeds=[29_000, 0, 2**40],
            bend=lambda chance, number: number ^ (1 << chance.randrange(64)),
            read=from_day_number,
            share=2,
        ),
    ]


# --- code lists ---


def _of_files() -> list[Target]:
    names = sorted(path.stem for path in Path("shared/codelists").resolve().glob("*.json")) or ["posts"]
    good = {name: packaged(name) for name in names}

    def bend(chance: Random, name: str) -> dict[str, bytes]:
        return {name: bend_text(chance, good[name].decode()).encode("utf-8", "surrogatepass")}

    def read(bent: dict[str, bytes]) -> object:
        return load_lists(lambda name: bent.get(name) or packaged(name))

    return [Target(name="code lists", seeds=names, bend=bend, read=read, share=1)]


__all__ = ["Target", "targets"]
