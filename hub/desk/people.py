"""Operators signing in, and the officers of a desk.

Invariants: only an operator of a desk gets in here; a desk touches its own country's officers and no
others; a generated password is shown once and kept only as its verifier.
Must not know: cookies, pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import hub.desk.contexts as shown
from hub.desk.form import Collector
from hub.desk.office import Office
from hub.desk.view import FirstPassword, OfficerRow, Operator
from hub.store import lists
from shared.change import Value, named
from shared.crypto import password_verifier
from shared.database import Connection
from shared.errors import ForbiddenError, InputError, MissingError, StaleError
from shared.ids import SYSTEM, OfficerId
from shared.ledger import accounts, records
from shared.ledger.accounts import Accounts, Entry, Officer, officer_of
from shared.ledger.records import Record
from shared.limits import NAME_MAX_CHARS
from shared.schema import Kind, field_by_name
from shared.typed_text import typed_text

OPERATOR: Final = "operator"
ROLES: Final = ("officer", "second_line", "shift_leader", OPERATOR)
_LOGIN: Final = re.compile(r"[a-z][a-z0-9._-]{2,39}")
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # none that look alike in a poor light
ALREADY_DONE: Final = "already_done"
_ADD, _RESET = "add", "reset"  # the forms that make a first password
_GROUPS, _GROUP_CHARS = 4, 4  # 78 bits: a first password lies in an envelope for days


def first_password(random: Callable[[int], bytes]) -> str:
    """A password to be typed once: `k7p2-m9xq-4rtd-z8wv`."""
    characters: list[str] = []
    while len(characters) < _GROUPS * _GROUP_CHARS:
        byte = random(1)[0]
        if byte < 256 - 256 % len(_LETTERS):  # no letter is likelier than another
            characters.append(_LETTERS[byte % len(_LETTERS)])
    text = "".join(characters)
    return "-".join(text[at : at + _GROUP_CHARS] for at in range(0, len(text), _GROUP_CHARS))


def desk_itself(country: str) -> Operator:
    """The desk as an actor, for whoever stands at the hub's own machine: no officer, no session."""
    return Operator(
        officer=SYSTEM,
        login="",
        full_name="",
        role=OPERATOR,
        country=country,
        device="hub machine",
        must_change=False,
        token="",
    )


class People:
    """Who is at the desk, and whom the desk lets into its booths."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._kit = office.kit
        self._accounts = Accounts(
            office.kit.database,
            office.kit.log,
            now_ms=office.kit.world.now_ms,
            random=office.kit.world.random,
            admits=lambda officer: officer.role == OPERATOR and officer.country in office.kit.lists.countries,
        )

    # --- signing in ---

    def sign_in(self, *, login: str, password: str, device: str) -> Operator:
        return _operator(self._accounts.sign_in(login=login, password=password, device=device))

    def session(self, token: str | None) -> Operator:
        return _operator(self._accounts.session(token))

    def sign_out(self, operator: Operator) -> None:
        self._accounts.sign_out(self._accounts.session(operator.token))

    def change_password(self, operator: Operator, *, current: str, new: str, again: str) -> Operator:
        entry = self._accounts.session(operator.token)
        return _operator(self._accounts.change_password(entry, current=current, new=new, again=again))

    # --- officers ---

    def officers(self, operator: Operator) -> tuple[OfficerRow, ...]:
        with self._kit.database.snapshot() as tx:
            found = records.select(
                tx, Kind.OFFICER, "owner = ?", (operator.country,), "ORDER BY login COLLATE NOCASE"
            )
            return tuple(_row(tx, record) for record in found)

    def officer(self, operator: Operator, officer: str) -> OfficerRow:
        with self._kit.database.snapshot() as tx:
            return _row(tx, self._find(tx, operator, officer))

    def add(
        self,
        operator: Operator,
        *,
        login: str,
        full_name: str,
        role: str,
        posts: Sequence[str],
        once: str = "",
    ) -> FirstPassword:
        """Make an officer with a generated first password."""
        password = first_password(self._kit.world.random)
        row = self.add_with(
            operator, login=login, full_name=full_name, role=role, posts=posts, password=password, once=once
        )
        return FirstPassword(officer=row, password=password)

    def add_with(
        self,
        operator: Operator,
        *,
        login: str,
        full_name: str,
        role: str,
        posts: Sequence[str],
        password: str,
        once: str = "",
    ) -> OfficerRow:
        """Make an officer with this first password. Raises FormError by field name."""
        login = login.strip().lower()
        values = self._judge(operator, full_name=full_name, role=role, posts=posts, login=login)
        accounts.check_new_password(password, login=login, field="password")
        verifier = password_verifier(password)
        with self._kit.database.transaction() as tx:
            self._refuse_again(tx, operator, _ADD, once)
            if login in lists.logins(tx):
                raise InputError(
                    "login_taken",
                    "another officer has this login",
                    hint="Add a digit or the post's name.",
                    field="login",
                )
            values |= {"login": login, "verifier": verifier, "reset": 1, "disabled": False}
            record = self._office.create(tx, operator, Kind.OFFICER, values)
            self._office.witness(tx, operator, "officer_added", record=record)
            self._office.note(tx, operator, _ADD, once, record)
            return _row(tx, _read(tx, record))

    def reset(self, operator: Operator, officer: str, *, contexts: str, once: str = "") -> FirstPassword:
        password = first_password(self._kit.world.random)
        verifier = password_verifier(password)
        with self._kit.database.transaction() as tx:
            record = self._find(tx, operator, officer)
            self._refuse_again(tx, operator, _RESET, once)
            values: dict[str, Value] = {"verifier": verifier, "reset": (record.number("reset") or 0) + 1}
            self._office.edit(tx, operator, record, named(Kind.OFFICER, values), seen=contexts)
            accounts.end_sessions(tx, record.id)
            self._office.witness(tx, operator, "officer_reset", record=record.id)
            self._office.note(tx, operator, _RESET, once, record.id)
            return FirstPassword(officer=_row(tx, _read(tx, record.id)), password=password)

    def _refuse_again(self, tx: Connection, operator: Operator, act: str, once: str) -> None:
        """A form that made a first password makes no second one, and the first is kept nowhere."""
        if self._office.became(tx, operator, act, once) is not None:
            raise StaleError(
                ALREADY_DONE,
                "this form was sent before, and its first password was shown then",
                hint="Whoever did not see it makes a new first password on the officer's page.",
            )

    def set(
        self,
        operator: Operator,
        officer: str,
        *,
        full_name: str,
        role: str,
        posts: Sequence[str],
        disabled: bool,
        contexts: str,
    ) -> OfficerRow:
        values = self._judge(operator, full_name=full_name, role=role, posts=posts, login=None)
        values["disabled"] = disabled
        with self._kit.database.transaction() as tx:
            record = self._find(tx, operator, officer)
            if int(record.id) == operator.officer and (disabled or role != OPERATOR):
                raise ForbiddenError(
                    "own_account",
                    "nobody shuts themselves out",
                    hint="Ask another operator of your desk to do it.",
                )
            changed = {
                name: value
                for name, value in values.items()
                if value != record.values.get(name) and not (not value and name not in record.values)
            }
            numbered = named(Kind.OFFICER, changed) | _cleared(changed)
            if numbered:
                self._office.edit(tx, operator, record, numbered, seen=contexts)
                action = "officer_disabled" if disabled and "disabled" in changed else "officer_changed"
                self._office.witness(tx, operator, action, record=record.id, detail=" ".join(sorted(changed)))
            if disabled:
                accounts.end_sessions(tx, record.id)
            return _row(tx, _read(tx, record.id))

    def _judge(
        self, operator: Operator, *, full_name: str, role: str, posts: Sequence[str], login: str | None
    ) -> dict[str, Value]:
        form = Collector()
        if login is not None and not _LOGIN.fullmatch(login):
            form.add(
                "bad_login",
                "a login is 3 to 40 small letters, digits, dots or hyphens, a letter first",
                hint="For example m.petrovic.",
                field="login",
            )
        name = form.take(lambda: typed_text(full_name, field="full_name", chars_max=NAME_MAX_CHARS))
        if name == "":
            form.add("required", "this is needed", hint="Write the name as on the badge.", field="full_name")
        if role not in ROLES:
            form.add("unknown_code", "there is no such role", hint="Choose from the list.", field="role")
        own = {post.code for post in self._kit.lists.posts_of(operator.country)}
        if not set(posts) <= own:
            form.add(
                "foreign_post", "a post is not your country's", hint="Choose from the list.", field="posts"
            )
        elif not posts and role != OPERATOR:
            form.add("required", "at least one post is needed", hint="Choose the posts.", field="posts")
        form.check()
        chosen = () if role == OPERATOR else tuple(sorted(set(posts)))
        return {"full_name": name, "role": role, "posts": chosen or None}

    def _find(self, tx: Connection, operator: Operator, officer: str) -> Record:
        number = int(officer) if officer.isascii() and officer.isdigit() and len(officer) < 20 else 0
        asked = (min(number, (1 << 63) - 1), operator.country)  # SQLite takes no larger one
        found = records.select(tx, Kind.OFFICER, "id = ? AND owner = ?", asked)
        if not found:
            raise MissingError(
                "no_officer", "your desk has no such officer", hint="Choose from the list of officers."
            )
        return found[0]


def _cleared(changed: dict[str, Value]) -> dict[int, Value]:
    """Fields set back to nothing: an edit carries them as None."""
    return {
        field_by_name(Kind.OFFICER, name).number: None for name, value in changed.items() if value is None
    }


def _read(tx: Connection, record: int) -> Record:
    found = records.read(tx, Kind.OFFICER, record)
    assert found is not None  # it was just written
    return found


def _row(tx: Connection, record: Record) -> OfficerRow:
    officer: Officer = officer_of(record)
    return OfficerRow(
        id=str(officer.id),
        login=officer.login,
        full_name=officer.full_name,
        role=officer.role,
        posts=officer.posts,
        disabled=officer.disabled,
        must_change=officer.must_change,
        contexts=shown.write(records.context_of(tx, Kind.OFFICER, record.id)),
    )


def _operator(entry: Entry) -> Operator:
    officer = entry.officer
    return Operator(
        officer=OfficerId(officer.id),
        login=officer.login,
        full_name=officer.full_name,
        role=officer.role,
        country=officer.country,
        device=entry.device,
        must_change=officer.must_change,
        token=entry.token,
    )
