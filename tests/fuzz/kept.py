"""What is read out of records, forms and files kept beside the store: photos, fields of a newer program,
what a form's author was shown, the authority's list, lists to match."""

from __future__ import annotations

import contextlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, Final
from unittest import mock

from edge import contexts as post_contexts
from edge.photo import make_fit
from hub.desk import contexts as desk_contexts
from provisioning import issued, match_list
from provisioning.issued import Issued, IssuedHub, IssuedNode
from shared import wire
from shared.change import Change
from shared.errors import InputError
from shared.ids import Dot
from shared.ledger.growth import _fits
from shared.ledger.tables import keep_extra, read_extra
from shared.limits import PHOTO_MAX_BYTES
from shared.photo import MEDIA_TYPE, Piece, State, address_of, cut, is_plain_jpeg, put_together
from shared.schema import SCHEMA
from tests.edge.pictures import card, scene, with_everything, written
from tests.fuzz.bending import bend_bytes, bend_msgpack, bend_text, bend_value
from tests.fuzz.target import Target
from tests.shared.jpegs import plain_jpeg
from tests.vectors import sync

_SHOWN: Final = {7: (Dot(1 << 62), Dot(9)), 4_095: (), 22: (Dot(1),)}
_CSV: Final = (
    b"id,surname,given_names,birth_date,aliases\n1,ANI\xc4\x86,Ana,1974-08-12,Anja;Anka\n2,ERIKSSON,,1974,\n"
)
_LINES: Final = (
    b'{"id": "1", "surname": "ANI\xc4\x86", "aka": ["Anja"]}\n\n{"plate": "A12-K-345", "birth": 1974}\n'
)


def kept() -> list[Target]:
    """All of them."""
    return [*_photos(), *_newer(), *_forms(), *_lists()]


# --- photos ---


def _photos() -> list[Target]:
    small, large = plain_jpeg(900), plain_jpeg(20_000)
    files = [
        *(written(scene(120, 90), kind) for kind in ("JPEG", "PNG", "WEBP")),
        with_everything(scene(64, 48), orientation=6),
    ]

    def fit(upload: bytes) -> object:
        made = make_fit(upload)
        assert is_plain_jpeg(made.content)
        assert len(made.content) <= PHOTO_MAX_BYTES
        return made

    def shown(pieces: list[Piece]) -> object:
        for photo in put_together(pieces):
            if photo.state is State.WHOLE:
                assert photo.content is not None
                assert address_of(photo.content) == photo.address
                assert is_plain_jpeg(photo.content)
        return pieces

    return [
        Target(name="photo out of its pieces", seeds=[small, large], bend=_pieces, read=shown, share=4),
        Target(name="plain JPEG", seeds=[small, card()], bend=bend_bytes, read=is_plain_jpeg, share=4),
        Target(name="photo from a camera", seeds=files, bend=bend_bytes, read=fit, share=2),
        Target(name="photo in a body", seeds=[_photo_body()], bend=bend_msgpack, read=_whole_body, share=6),
    ]


def _pieces(chance: Random, photo: bytes) -> list[Piece]:
    """A photo's pieces, out of order, some twice, some bent in one field or more."""
    parts = cut(photo)
    pieces = [
        Piece(
            id=number,
            category="face",
            media_type=MEDIA_TYPE,
            size_bytes=len(photo),
            address=address_of(photo),
            number=number,
            count=len(parts),
            content=part,
        )
        for number, part in enumerate(parts, 1)
    ]
    pieces += chance.sample(pieces, chance.randrange(len(pieces) + 1))
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(pieces))
        name = chance.choice(("size_bytes", "address", "number", "count", "content", "media_type"))
        bent = _like(chance, getattr(pieces[at], name))
        pieces[at] = replace(pieces[at], **{name: bent})
    chance.shuffle(pieces)
    return pieces


def _like(chance: Random, value: Any) -> Any:
    """Another value of the same type: the ledger's columns hold no others."""
    bent = bend_value(chance, value)
    while not isinstance(bent, type(value)):
        bent = bend_value(chance, value)
    return bent


def _photo_body() -> bytes:
    return bytes.fromhex(sync.read("photo")["body"])


def _whole_body(body: bytes) -> object:
    return list(wire.decode(body, base=Dot(int(sync.read("photo")["base"]))).changes())


# --- a newer program's fields ---


def _newer() -> list[Target]:
    vectors = [
        json.loads((sync.FOLDER / "wire" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("newer_kind", "edits")
    ]
    bodies, base = [bytes.fromhex(each["body"]) for each in vectors], Dot(int(vectors[0]["base"]))

    def survived(body: bytes) -> object:
        changes = list(wire.decode(body, base=base).changes())
        for change in changes:
            assert wire.unpack_change(wire.pack_change(change)) == change
            _kept(change)
        if changes:
            again = wire.encode(changes, base=base)
            assert list(wire.decode(again, base=base).changes()) == changes
        return changes

    return [Target(name="fields of a newer program", seeds=bodies, bend=bend_msgpack, read=survived)]


def _kept(change: Change) -> None:
    """What is kept aside comes back as it was, and each value is judged where its field is known one day."""
    held = {number: value for number, value in change.fields.items() if value is not None}
    assert read_extra(keep_extra(held)) == held
    for kind in SCHEMA:
        for number, value in held.items():
            _fits(kind, number, value)


# --- forms ---


def _forms() -> list[Target]:
    desk, post = desk_contexts.write(_SHOWN), post_contexts.to_text(_SHOWN)

    def bent_desk(chance: Random, text: str) -> str:
        if chance.random() < 0.4:
            return bend_text(chance, text)
        return urlsafe_b64encode(bend_msgpack(chance, urlsafe_b64decode(text))).decode()

    def check(text: str) -> object:
        desk_contexts.check_fresh(text, _SHOWN)
        return text

    numbers = (post, '{"7":[1e999]}', '{"7":["9"],"8":[true,-1,1e3]}', '{"1":[' + "9" * 5_000 + "]}")
    return [
        Target(name="contexts of the console", seeds=[desk], bend=bent_desk, read=check, share=4),
        Target(
            name="contexts of a post", seeds=numbers, bend=bend_text, read=post_contexts.from_text, share=4
        ),
    ]


# --- lists ---


def _lists() -> list[Target]:
    def rows(named: tuple[bytes, bool]) -> object:
        data, is_csv = named
        for _, row in match_list.rows_of(BytesIO(data), is_csv=is_csv):
            if isinstance(row, InputError):
                raise row
            with contextlib.suppress(InputError):
                match_list.subject_from(row)
        return data

    def bent(chance: Random, named: tuple[bytes, bool]) -> tuple[bytes, bool]:
        return bend_bytes(chance, named[0]), named[1]

    return [
        Target(name="list to match", seeds=[(_CSV, True), (_LINES, False)], bend=bent, read=rows, share=4),
        Target(name="authority's list", seeds=[_issued()], bend=_bent_json, read=load_issued, share=4),
    ]


def _issued() -> bytes:
    listed = Issued(
        nodes=(
            IssuedNode(
                node=2, post="KLOBUK", epoch=1, country="BA", ticket="ab" * 16, issued_ms=1, expires_ms=2
            ),
        ),
        hubs=(IssuedHub(node=1, name="PCC", fingerprint="x", verify_key="y", certified_ms=3),),
    )
    rows = asdict(listed)
    for row in rows["nodes"]:
        row["state"] = row["state"].value
    return json.dumps(rows).encode()


def _bent_json(chance: Random, data: bytes) -> bytes:
    if chance.random() < 0.5:
        return bend_text(chance, data.decode()).encode("utf-8", "surrogatepass")
    return bend_bytes(chance, data)


def load_issued(data: bytes) -> object:
    """The authority's list out of these bytes."""
    with mock.patch.object(issued, "read_file", return_value=data):
        return Issued.load(Path("nowhere"))
