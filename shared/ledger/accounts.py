"""Officers signing in: verifiers, throttle and sessions, the same at a node and at the hub.

Job: let in whom the officer records let in, and nobody else. Invariants
* An officer's own password counts only while `own_reset == reset`; until then the desk's first
  password counts, and `must_change` is set.
* An unknown login costs the same work and gets the same answer as a wrong password.
* Each try is counted before the password is looked at; the counts outlive a restart.
* Only a hash of a session's token is kept. A session ends with its officer's standing: disabled,
  reset by the desk, or no longer admitted here, it is refused at its next use.
Must not know: pages, cookies, who is admitted (`admits` is handed in).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import sqlite_utils
from sqlite_utils.migrations import Migrations

from shared.change import Value, named
from shared.clock import Millis
from shared.crypto import KEY_BYTES, digest, password_matches, password_verifier
from shared.database import Connection, Database
from shared.errors import InputError, SignInError
from shared.ids import SYSTEM, Dot, OfficerId, RecordId
from shared.ledger import audit, records
from shared.ledger.audit import Line
from shared.ledger.log import OwnLog
from shared.ledger.records import Record
from shared.limits import (
    NAME_MAX_CHARS,
    PASSWORD_MAX_CHARS,
    PASSWORD_MIN_CHARS,
    SESSION_IDLE_S,
    SIGN_IN_TRIES,
    SIGN_IN_WAIT_S,
)
from shared.schema import Kind

WAIT_MAX_S: Final = 15 * 60  # doubling ends here, so that nobody can shut an officer out for a shift
_SEEN_EVERY_MS: Final = 60_000  # a session's last use is noted this often, not at every page
_TRIES_KEPT_MS: Final = 24 * 60 * 60 * 1000
_TOKEN_BYTES: Final = 32

migrations = Migrations("accounts")


@migrations()
def m001_accounts(db: sqlite_utils.Database) -> None:
    db.execute(
        """CREATE TABLE web_session (
            token BLOB PRIMARY KEY, officer INTEGER NOT NULL, device TEXT NOT NULL, reset INTEGER NOT NULL,
            began_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID"""
    )
    db.execute(
        """CREATE TABLE sign_in_try (
            login BLOB PRIMARY KEY, failed INTEGER NOT NULL,
            last_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID"""
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An officer as their desk's record says."""

    id: OfficerId
    login: str
    full_name: str
    role: str
    country: str
    posts: tuple[str, ...]
    disabled: bool
    reset: int
    verifier: str
    must_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An open session: who, where. `token` is only known to whoever signed in or brought it."""

    officer: Officer
    device: str
    token: str


def officer_of(record: Record) -> Officer:
    """Read an officer's record."""
    reset = record.number("reset") or 0
    own = record.text("own_verifier") if record.number("own_reset") == reset else ""
    posts = record.values.get("posts")
    return Officer(
        id=OfficerId(record.id),
        login=record.text("login"),
        full_name=record.text("full_name"),
        role=record.text("role"),
        country=record.text("owner"),
        posts=tuple(str(post) for post in posts) if isinstance(posts, tuple) else (),
        disabled=bool(record.values.get("disabled")),
        reset=reset,
        verifier=own or record.text("verifier"),
        must_change=not own,
    )


class Accounts:
    """Sign-in for one process. Opens its own transactions: verifying must not hold the write lock."""

    def __init__(
        self,
        database: Database,
        log: OwnLog,
        *,
        now_ms: Millis,
        random: Callable[[int], bytes],
        admits: Callable[[Officer], bool],
    ) -> None:
        """`admits` says who may sign in here at all; `random` gives so many random bytes."""
        self._database = database
        self._log = log
        self._now_ms = now_ms
        self._random = random
        self._admits = admits
        self._nobody = ""

    def sign_in(self, *, login: str, password: str, device: str) -> Entry:
        """Open a session.

        Raises SignInError `wrong_sign_in`, `sign_in_wait` (429), `officer_disabled`.
        """
        login = login.strip()[: NAME_MAX_CHARS + 1]
        with self._database.transaction() as tx:
            found = self._find(tx, login)
            tries = _tries_key(login, found.reset if found is not None else 0)
            self._count_try(tx, tries)
        matches = self._matches(found, password)
        with self._database.transaction() as tx:
            now = self._find(tx, login)  # the desk may have acted while the password was weighed
            if not matches or found is None or now is None or not _same_password(found, now):
                now = None
                self._witness(tx, SYSTEM, device, "sign_in_failed")
            else:
                action = "sign_in_disabled" if now.disabled else "sign_in"
                self._witness(tx, now.id, device, action)
                _forget_tries(tx, tries)
                if not now.disabled:
                    return self._begin(tx, now, device)
        if now is not None:
            raise _disabled()
        raise SignInError(
            "wrong_sign_in",
            "login and password do not fit",
            hint="Check capitals and the keyboard's language. Your desk can reset the password.",
        )

    def session(self, token: str | None) -> Entry:
        """Whose session a token is. Raises SignInError `signed_out`, `session_ended`, `officer_disabled`."""
        if not token or len(token) > 2 * _TOKEN_BYTES:
            raise SignInError("signed_out", "nobody is signed in", hint="Sign in.")
        key = _token_key(token)
        with self._database.snapshot() as tx:
            row = tx.execute(
                "SELECT officer, device, reset, seen_ms FROM web_session WHERE token = ?", (key,)
            ).fetchone()
            record = records.read(tx, Kind.OFFICER, row[0]) if row is not None else None
        now = self._now_ms()
        officer = officer_of(record) if record is not None else None
        idle = row is not None and now - row[3] > SESSION_IDLE_S * 1000
        if (
            officer is None
            or idle
            or officer.reset != row[2]
            or not self._admits(officer)
            or officer.disabled
        ):
            self._end(key)
            if officer is not None and officer.disabled:
                raise _disabled()
            raise SignInError("session_ended", "the session has ended", hint="Sign in again.")
        if abs(now - row[3]) > _SEEN_EVERY_MS:  # also where the clock was set back
            with self._database.transaction() as tx:
                tx.execute("UPDATE web_session SET seen_ms = ? WHERE token = ?", (now, key))
        return Entry(officer=officer, device=row[1], token=token)

    def move(self, tx: Connection, entry: Entry, *, device: str) -> Entry:
        """Say where an open session is, once the device has its name."""
        tx.execute("UPDATE web_session SET device = ? WHERE token = ?", (device, _token_key(entry.token)))
        return replace(entry, device=device)

    def sign_out(self, entry: Entry) -> None:
        with self._database.transaction() as tx:
            tx.execute("DELETE FROM web_session WHERE token = ?", (_token_key(entry.token),))
            self._witness(tx, entry.officer.id, entry.device, "sign_out")

    def change_password(self, entry: Entry, *, current: str, new: str, again: str) -> Entry:
        """Set the officer's own password and end their other sessions.

        Raises InputError with `field`: `wrong_password`, `password_short`, `password_long`,
        `password_same`, `password_is_login`, `password_differs`; SignInError `sign_in_wait`.
        """
        _judge_password(entry.officer, current=current, new=new, again=again)
        tries = _tries_key(entry.officer.login, entry.officer.reset)
        with self._database.transaction() as tx:
            self._count_try(tx, tries)
        if not self._matches(entry.officer, current):
            raise InputError(
                "wrong_password", "this is not your password", hint="Type it again.", field="current"
            )
        verifier = password_verifier(new)
        with self._database.transaction() as tx:
            _forget_tries(tx, tries)
            self._set_password(tx, entry.officer, verifier)
            tx.execute(
                "DELETE FROM web_session WHERE officer = ? AND token <> ?",
                (entry.officer.id, _token_key(entry.token)),
            )
            self._witness(tx, entry.officer.id, entry.device, "password_changed")
        return self.session(entry.token)

    # --- the steps ---

    def _find(self, tx: Connection, login: str) -> Officer | None:
        """The admitted officer of a login. Two desks may give one login: an enabled one goes first."""
        found = records.select(tx, Kind.OFFICER, "login = ? COLLATE NOCASE", (login,), "ORDER BY id")
        admitted = [officer for officer in map(officer_of, found) if self._admits(officer)]
        return min(admitted, key=lambda officer: officer.disabled, default=None)

    def _matches(self, officer: Officer | None, password: str) -> bool:
        if not self._nobody:
            self._nobody = password_verifier(self._random(_TOKEN_BYTES).hex())
        verifier = self._nobody if officer is None else officer.verifier
        usable = bool(verifier) and 0 < len(password) <= PASSWORD_MAX_CHARS
        return (
            password_matches(verifier if usable else self._nobody, password[:PASSWORD_MAX_CHARS]) and usable
        )

    def _count_try(self, tx: Connection, key: bytes) -> None:
        """Refuse a try that comes too soon, else count it."""
        now = self._now_ms()
        tx.execute("DELETE FROM sign_in_try WHERE ? - last_ms > ?", (now, _TRIES_KEPT_MS))
        row = tx.execute("SELECT failed, last_ms FROM sign_in_try WHERE login = ?", (key,)).fetchone()
        failed, last_ms = row if row is not None else (0, now)
        # A clock set back must not prolong a wait, and one set forward ends it: the count stays.
        left_ms = min(wait_s(failed) * 1000, last_ms + wait_s(failed) * 1000 - now)
        if left_ms > 0:
            error = SignInError(
                "sign_in_wait",
                "too many wrong tries",
                hint=f"Wait {-(-left_ms // 1000)} seconds, or have your desk reset the password.",
            )
            error.status = 429
            raise error
        tx.execute(
            "INSERT INTO sign_in_try (login, failed, last_ms) VALUES (?1, 1, ?2) "
            "ON CONFLICT (login) DO UPDATE SET failed = failed + 1, last_ms = ?2",
            (key, now),
        )

    def _begin(self, tx: Connection, officer: Officer, device: str) -> Entry:
        token, now = self._random(_TOKEN_BYTES).hex(), self._now_ms()
        tx.execute("DELETE FROM web_session WHERE abs(? - seen_ms) > ?", (now, SESSION_IDLE_S * 1000))
        tx.execute(
            "INSERT INTO web_session (token, officer, device, reset, began_ms, seen_ms) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (_token_key(token), officer.id, device, officer.reset, now, now),
        )
        return Entry(officer=officer, device=device, token=token)

    def _set_password(self, tx: Connection, officer: Officer, verifier: str) -> None:
        values: dict[str, Value] = {"own_verifier": verifier, "own_reset": officer.reset}
        self._log.append(
            tx,
            kind=Kind.OFFICER,
            author=officer.id,
            fields=named(Kind.OFFICER, values),
            record=RecordId(Dot(officer.id)),
            context=records.context_of(tx, Kind.OFFICER, officer.id),
        )

    def _end(self, key: bytes) -> None:
        with self._database.transaction() as tx:
            tx.execute("DELETE FROM web_session WHERE token = ?", (key,))

    def _witness(self, tx: Connection, officer: OfficerId, device: str, action: str) -> None:
        audit.write(tx, Line(at_ms=self._now_ms(), officer=officer, device=device, action=action))


def wait_s(failed: int) -> int:
    """How long after the last of so many wrong tries the next one must wait."""
    if failed < SIGN_IN_TRIES:
        return 0
    return min(WAIT_MAX_S, SIGN_IN_WAIT_S << min(failed - SIGN_IN_TRIES, 16))


def end_sessions(tx: Connection, officer: int) -> None:
    """End an officer's sessions at once: called where a record that disables them is applied."""
    tx.execute("DELETE FROM web_session WHERE officer = ?", (officer,))


def check_new_password(password: str, *, login: str, field: str = "new") -> None:
    """Raise InputError `password_short`, `password_long`, `password_is_login` unless it will do."""
    if len(password) < PASSWORD_MIN_CHARS:
        raise InputError(
            "password_short",
            f"a password has at least {PASSWORD_MIN_CHARS} characters",
            hint="Three or four words in a row are easy to type and hard to guess.",
            field=field,
        )
    if len(password) > PASSWORD_MAX_CHARS:
        raise InputError(
            "password_long", f"at most {PASSWORD_MAX_CHARS} characters", hint="Shorten it.", field=field
        )
    if login and login.casefold() in password.casefold():
        raise InputError(
            "password_is_login", "the password contains the login", hint="Choose other words.", field=field
        )


def _judge_password(officer: Officer, *, current: str, new: str, again: str) -> None:
    check_new_password(new, login=officer.login)
    if new == current:
        raise InputError("password_same", "this is the old password", hint="Choose another.", field="new")
    if new != again:
        raise InputError("password_differs", "the two do not agree", hint="Type it again.", field="again")


def _disabled() -> SignInError:
    return SignInError("officer_disabled", "this account is disabled", hint="Ask your desk at the centre.")


def _token_key(token: str) -> bytes:
    return digest(b"karaula/session\0", token.encode(errors="replace"), size=KEY_BYTES)


def _same_password(before: Officer, now: Officer) -> bool:
    return (before.id, before.verifier) == (now.id, now.verifier)


def _tries_key(login: str, reset: int) -> bytes:
    """Under what wrong tries are counted: the desk's new password has had none yet, and waits for none."""
    return digest(b"karaula/login\0", f"{login.casefold()}\0{reset}".encode(errors="replace"))


def _forget_tries(tx: Connection, key: bytes) -> None:
    tx.execute("DELETE FROM sign_in_try WHERE login = ?", (key,))
