"""Typed values: what an operator typed into one field of the schema, judged and made a value.

Job: turn a form's text into the value a field of the schema holds, or say what is wrong with it.
Invariant: an empty field is "not given", never an error here. Must not know: pages, storage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hub.desk.form import FormError
from shared import partial_date
from shared.change import Value
from shared.codelists import CodeLists
from shared.errors import InputError
from shared.limits import CODE_MAX_CHARS, LIST_MAX_ITEMS, NAME_MAX_CHARS, TEXT_MAX_CHARS
from shared.partial_date import day_text
from shared.schema import Field, Kind, Rule, Type, field_by_name
from shared.typed_text import typed_text

_LONG: Final = frozenset(
    {
        *("reason", "facts", "note", "remark", "text", "answer"),
        *("outcome_reason", "withdrawn_reason", "handling_text", "marks"),
    }
)
_CAPITALS: Final = frozenset(["document_number", "plate", "vin", "personal_number", "reference_number"])
_STATES: Final = frozenset(["nationality", "document_issuer", "plate_country"])
_SHAPES: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "document_number": (re.compile(r"[A-Z0-9][A-Z0-9 /-]{2,23}"), "3 to 24 letters and digits"),
    "plate": (re.compile(r"[^\W_][\w ·.-]{1,15}"), "2 to 16 letters and digits"),
    "vin": (re.compile(r"[A-HJ-NPR-Z0-9]{5,17}"), "at most 17 letters and digits, without I, O and Q"),
    "personal_number": (re.compile(r"[A-Z0-9/-]{3,20}"), "3 to 20 letters and digits"),
    "phone": (re.compile(r"\+?[0-9][0-9 ()/-]{4,24}"), "digits, with the country's code in front"),
}
_STATE: Final = re.compile(r"[A-Z]{1,3}")
_SEXES: Final = ("M", "F", "X")
_DIRECTIONS: Final = ("entry", "exit")
_OUTCOMES: Final = ("possible", "confirmed", "cleared")
_TRUE: Final = frozenset({"1", "true", "yes", "on"})


def text_of(form: Mapping[str, object], name: str) -> str:
    """One field of a form as text; "" when not sent."""
    value = form.get(name, "")
    if isinstance(value, str):
        return value
    items = several_of(form, name)
    return items[0] if items else ""


def several_of(form: Mapping[str, object], name: str) -> tuple[str, ...]:
    """A field's entries: a sequence as sent, or one text split at line ends, commas and semicolons."""
    value = form.get(name, "")
    parts = re.split(r"[\n,;]", value) if isinstance(value, str) else value
    if not isinstance(parts, Sequence):
        return ()
    return tuple(text for part in parts if (text := str(part).strip()))


def parse(lists: CodeLists, kind: Kind, name: str, form: Mapping[str, object]) -> Value:
    """The value of a field of the schema, None when not given. Raises InputError with `field` set."""
    return _PARSERS[field_by_name(kind, name).type](lists, field_by_name(kind, name), form)


def show(field: Field | None, value: Value) -> Value:
    """A value as pages show it: dates as text, the rest as it is."""
    if field is not None and field.type is Type.DATE and isinstance(value, int):
        return day_text(value)
    return value


def in_words(field: Field | None, value: Value) -> str:
    """A value as plain text."""
    shown = show(field, value)
    if shown is None:
        return ""
    if isinstance(shown, bool):
        return "yes" if shown else "no"
    if isinstance(shown, bytes):
        return f"{len(shown)} bytes"
    return ", ".join(str(each) for each in shown) if isinstance(shown, tuple) else str(shown)


def required(value: Value, name: str) -> Value:
    """Raise InputError `required` for what must be given."""
    if value is None or value == () or value == "":
        raise InputError("required", "this is needed", hint="Fill it in.", field=name)
    return value


def reason_of(text: str, *, field: str = "reason") -> str:
    """A reason worth the name. Raises InputError `required`, `too_short`, `text_…`."""
    cleaned = typed_text(text, field=field, chars_max=TEXT_MAX_CHARS)
    required(cleaned, field)
    if len(cleaned) < 5:
        raise InputError(
            "too_short", "nobody will understand this later", hint="Say why, in a few words.", field=field
        )
    return cleaned


def _text(_: CodeLists, field: Field, form: Mapping[str, object]) -> Value:
    most = TEXT_MAX_CHARS if field.name in _LONG else NAME_MAX_CHARS
    text = typed_text(text_of(form, field.name), field=field.name, chars_max=most)
    if field.name in _CAPITALS:
        text = text.upper()
    return _shaped(field.name, text) or None


def _shaped(name: str, text: str) -> str:
    pattern, words = _SHAPES.get(name, (None, ""))
    if text and pattern is not None and not pattern.fullmatch(text):
        raise InputError(
            "bad_shape", f"this cannot be one: {words}", hint="Check what you typed.", field=name
        )
    return text


def _code(lists: CodeLists, field: Field, form: Mapping[str, object]) -> Value:
    text = typed_text(text_of(form, field.name), field=field.name, chars_max=CODE_MAX_CHARS)
    return _coded(lists, field.name, text) if text else None


def _coded(lists: CodeLists, name: str, code: str) -> str:
    if name in _STATES:
        code = code.upper()
        if not _STATE.fullmatch(code):
            raise InputError(
                "bad_state",
                "a state has up to three letters",
                hint="Use the code printed in the document, for example SRB or D.",
                field=name,
            )
        return code
    known = _known_codes(lists, name)
    if known is not None and code not in known:
        raise InputError("unknown_code", "this is not on the list", hint="Choose from the list.", field=name)
    return code


def _known_codes(lists: CodeLists, name: str) -> frozenset[str] | None:
    """The codes a field may hold; None where the field has no list."""
    if name in ("direction", "outcome", "sex"):
        return frozenset({"direction": _DIRECTIONS, "outcome": _OUTCOMES, "sex": _SEXES}[name])
    by_name: Mapping[str, tuple[str, ...]] = {
        "category": lists.alert_categories.codes,
        "action": lists.alert_actions.codes,
        "document_category": lists.document_categories.codes,
        "handling": lists.handling.codes,
        "void": lists.void_reasons.codes,
        "decision": lists.decisions.codes,
        "purpose": lists.crossing_purposes.codes,
        "vehicle_kind": lists.vehicle_kinds.codes,
        "letters": lists.refusal_letters.codes,
        "warnings": lists.warnings.codes,
        "posts": lists.posts.codes,
        "audience": (*lists.countries.codes, *lists.posts.codes),
    }
    found = by_name.get(name)
    return None if found is None else frozenset(found)


def _codes(lists: CodeLists, field: Field, form: Mapping[str, object]) -> Value:
    items = [_coded(lists, field.name, code) for code in _some(field.name, form)]
    return tuple(dict.fromkeys(items)) or None


def _texts(_: CodeLists, field: Field, form: Mapping[str, object]) -> Value:
    items = [typed_text(text, field=field.name, chars_max=NAME_MAX_CHARS) for text in _some(field.name, form)]
    return tuple(dict.fromkeys(items)) or None


def _some(name: str, form: Mapping[str, object]) -> tuple[str, ...]:
    items = several_of(form, name)
    if len(items) > LIST_MAX_ITEMS:
        raise InputError(
            "too_many", f"at most {LIST_MAX_ITEMS} entries", hint="Shorten the list.", field=name
        )
    return items


def _date(_: CodeLists, field: Field, form: Mapping[str, object]) -> Value:
    text = typed_text(text_of(form, field.name), field=field.name, chars_max=NAME_MAX_CHARS)
    if not text:
        return None
    try:
        return partial_date.parse(text).day_number()
    except InputError as error:
        raise InputError(error.code, error.message, hint=error.hint, field=field.name) from None


def _number(_: CodeLists, field: Field, form: Mapping[str, object]) -> Value:
    text = text_of(form, field.name).strip()
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise InputError("bad_number", "this is no whole number", hint="Type digits only.", field=field.name)
    return int(text)


def _flag(_: CodeLists, field: Field, form: Mapping[str, object]) -> Value:
    return text_of(form, field.name).lower() in _TRUE


def _nothing(_: CodeLists, field: Field, form: Mapping[str, object]) -> Value:
    raise FormError(
        InputError("not_typed", "this field is not typed by hand", hint="Leave it out.", field=field.name)
    )


_PARSERS: Final[Mapping[Type, Callable[[CodeLists, Field, Mapping[str, object]], Value]]] = {
    Type.TEXT: _text,
    Type.CODE: _code,
    Type.INT: _number,
    Type.BOOL: _flag,
    Type.INSTANT: _number,
    Type.DATE: _date,
    Type.DOT: _nothing,
    Type.BYTES: _nothing,
    Type.CODES: _codes,
    Type.TEXTS: _texts,
    Type.DOTS: _nothing,
}


def is_editable(field: Field) -> bool:
    """Whether a desk may set a field of a saved record right."""
    return field.rule is Rule.LATEST and field.person_decides and field.type in _PARSERS
