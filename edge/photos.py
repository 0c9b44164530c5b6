"""The photos of a case, and then of its check: taken, looked at, removed, committed, opened again.

Invariants
* A file is made fit to keep before any transaction begins, so that nobody waits for a decoder.
* A case's photos become attachment records in the transaction that saves its check, or not at all.
* A photo of a saved check is shown to whoever opens it under an audit line.
Must not know: how a photo is decoded or cut, flask, the link.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from edge.kit import Kit
from edge.photo import make_fit
from edge.photo_row import PhotoRow
from edge.printing import read_id
from edge.screen import CaseId, Session
from edge.store import drafts
from edge.store import photos as kept
from edge.store.drafts import Draft
from edge.witness import witness
from shared.change import Value, named
from shared.crypto import digest
from shared.database import Connection
from shared.errors import InputError, MissingError, StaleError
from shared.ids import Lane, seq_of_dot
from shared.ledger import photos, records
from shared.ledger.records import Record
from shared.limits import PHOTOS_PER_CHECK_MAX
from shared.photo import ADDRESS_BYTES, CATEGORIES, MEDIA_TYPE, State, address_of, cut, put_together
from shared.schema import Kind

_NAME: Final = re.compile(f"[0-9a-f]{{{2 * ADDRESS_BYTES}}}")
_OF_THE_DOCUMENT: Final = ("mrz", "document_number")
_NOBODY: Final = b""


class Photos:
    """The photos of one node's cases and checks."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    # --- of a case ---

    def add(self, session: Session, case: CaseId, upload: bytes, *, category: str) -> None:
        """Take a photo into a case. Raises InputError with `field` photo (see `photo.make_fit`)."""
        if category not in CATEGORIES:
            raise _refusal("photo_of_nothing", "what does the photo show?", "Say document, face or vehicle.")
        with self._kit.database.snapshot() as tx:
            _open_draft(tx, session, case)
        fit = make_fit(upload)
        address = address_of(fit.content)
        with self._kit.database.transaction() as tx:
            draft = _open_draft(tx, session, case)
            taken = kept.of_case(tx, case)
            if len(taken) >= PHOTOS_PER_CHECK_MAX and address not in [each.digest for each in taken]:
                raise _refusal(
                    "photos_too_many",
                    f"a check has at most {PHOTOS_PER_CHECK_MAX} photos",
                    "Remove one first.",
                )
            kept.keep(
                tx, case, digest=address, category=category, whose=_whose(draft.form), content=fit.content
            )

    def remove(self, session: Session, case: CaseId, name: str) -> None:
        """Take a photo out of a case again; one that is not there is no fault."""
        with self._kit.database.transaction() as tx:
            _open_draft(tx, session, case)
            kept.remove(tx, case, _address(name))

    def preview(self, session: Session, case: CaseId, name: str) -> bytes:
        """A photo of the officer's own open case, as it will be kept. Raises MissingError `no_photo`."""
        with self._kit.database.snapshot() as tx:
            drafts.own(tx, case, officer=session.officer, device=session.device)
            found = kept.content(tx, case, _address(name))
        if found is None:
            raise _no_photo()
        return found

    def of_case(self, tx: Connection, case: CaseId, form: Mapping[str, str]) -> tuple[PhotoRow, ...]:
        """A case's photos for the page."""
        now = _whose(form)
        return tuple(
            PhotoRow(
                name=each.digest.hex(),
                category=each.category,
                size_bytes=each.size_bytes,
                doubtful=each.category != "vehicle" and _NOBODY != each.whose != now,
            )
            for each in kept.of_case(tx, case)
        )

    def commit(self, tx: Connection, session: Session, case: CaseId, check: int) -> int:
        """Make a case's photos attachments of its check, in the caller's transaction; returns how many."""
        taken = kept.of_case(tx, case)
        for each in taken:
            content = kept.content(tx, case, each.digest)
            assert content is not None  # it was listed in this transaction
            self._attach(tx, session, check, each.category, content)
        kept.clear(tx, case)
        return len(taken)

    def _attach(self, tx: Connection, session: Session, check: int, category: str, content: bytes) -> None:
        pieces = cut(content)
        whole: dict[str, Value] = {
            "owner": self._kit.country,
            "of": check,
            "category": category,
            "media_type": MEDIA_TYPE,
            "size_bytes": len(content),
            "digest": address_of(content),
            "pieces": len(pieces),
        }
        for number, piece in enumerate(pieces, 1):
            fields = named(Kind.ATTACHMENT, {**whole, "piece": number, "content": piece})
            self._kit.log.append(tx, kind=Kind.ATTACHMENT, author=session.officer, fields=fields)

    # --- of a check ---

    def of_check(self, tx: Connection, check: Record) -> tuple[PhotoRow, ...]:
        """A check's photos for the page, and how much of each has reached the centre."""
        acked = self._kit.log.heads(tx)[Lane.BULK].acked
        pieces = photos.pieces_of(tx, check.id, owner=check.text("owner"))
        return tuple(
            PhotoRow(
                name=photo.name,
                category=photo.category,
                size_bytes=photo.size_bytes,
                state=photo.state,
                pieces=photo.count,
                sent=sum(seq_of_dot(dot) <= acked for dot in photo.ids),
            )
            for photo in put_together(pieces)
        )

    def open(self, session: Session, check: str, name: str) -> bytes:
        """A photo of a saved check; written down. Raises MissingError `no_check`, `no_photo`."""
        address = _address(name)
        with self._kit.database.transaction() as tx:
            record = records.read(tx, Kind.CHECK, read_id(self._kit, tx, check))
            if record is None:
                raise MissingError(
                    "no_check", "no check has this id here", hint="Look among the recent checks."
                )
            for photo in put_together(photos.pieces_of(tx, record.id, owner=record.text("owner"))):
                if photo.address == address and photo.state is State.WHOLE and photo.content is not None:
                    witness(self._kit, tx, session, "photo_opened", of=record.id, detail=photo.category)
                    return photo.content
        raise _no_photo()


def _open_draft(tx: Connection, session: Session, case: CaseId) -> Draft:
    draft = drafts.own(tx, case, officer=session.officer, device=session.device)
    if draft.saved is not None:
        raise StaleError(
            "case_over", "this case is decided already", hint="Begin a new one for the next photo."
        )
    return draft


def _whose(form: Mapping[str, str]) -> bytes:
    """A mark of the document in the case; empty while there is none."""
    parts = [form.get(name, "").strip() for name in _OF_THE_DOCUMENT]
    return digest("\0".join(parts).encode()) if any(parts) else _NOBODY


def _address(name: str) -> bytes:
    if not _NAME.fullmatch(name):
        raise _no_photo()
    return bytes.fromhex(name)


def _no_photo() -> MissingError:
    return MissingError("no_photo", "there is no such photo here", hint="Go back to the check.")


def _refusal(code: str, message: str, hint: str) -> InputError:
    return InputError(code, message, hint=hint, field="photo")
