"""The one-screen check: scan, see, decide, next.

Job: show the officer's one case on this device at `/`, and take what they do with it. Every step
posts and comes back to `/`, so a reload, a crash or a flat battery loses nothing that was sent.
Invariants
* "Saved" shows only after the booth said so.
* Nobody decides on an answer they have not seen: where the list knows more about what was typed
  last, the page comes back with the new answer instead of "saved".
* A scan is never lost: one for a case that is over goes into a new one.
Must not know: how a zone is read, what matches, which decisions are open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.booth import FORM_FIELDS
from edge.form import FormError, problem_of
from edge.record_view import CheckRow
from edge.screen import LOCKED, CaseId, CaseView, Problem
from edge.web import gate, images
from shared.errors import InputError, MissingError, StaleError, StoreError
from shared.limits import PHOTO_UPLOAD_MAX_BYTES, PHOTOS_PER_CHECK_MAX
from shared.photo import CATEGORIES

pages = Blueprint("case", __name__)

_RECENT: Final = 6
_OF_THE_LAST_ZONE: Final = dict.fromkeys(
    (
        *("document_category", "document_issuer", "document_number", "document_expiry", "personal_number"),
        *("surname", "given_names", "written_name", "birth", "sex", "nationality", "accompanied_by"),
        "confirm_digits",
    ),
    "",
)
# A plain form sends the name of a chosen file alone: it would be lost unseen.
_NOT_ADDED: Final = Problem(
    field="photo",
    code="photo_not_added",
    message="a photo was chosen and not added",
    hint="Choose it again and say what it shows; or decide without it.",
)
_NEVER_PRESSED_FIRST: Final = frozenset({"refuse"})  # it needs letters, so it is never Enter's next stop


@pages.get("/")
def page() -> ResponseReturnValue:
    """The check: an empty one waits for a scan, a half-captured one shows as it stands."""
    view = _open()
    return _show(view, saved=request.args.get("saved", ""))


@pages.get("/manual")
def manual() -> ResponseReturnValue:
    """The fields by hand: no zone, an unreadable one, a border permit, a child, no document."""
    view = _open()
    tried = request.args.get("tried") == "1"
    return _show_manual(view, view.problems if tried else {})


@pages.post("/case/<case>/scan")
def scan(case: str) -> ResponseReturnValue:
    """A zone, read or typed. It takes the place of an earlier one and of what was typed over that."""
    zone = {"mrz": request.form.get("mrz", ""), "source": request.form.get("source", ""), **_OF_THE_LAST_ZONE}
    booth, session = gate.booth(), gate.session()
    try:
        view = booth.enter(session, CaseId(case), zone)
        if view.saved:
            booth.enter(session, booth.open_case(session), zone)
    except MissingError:
        booth.enter(session, booth.open_case(session), zone)
    return redirect(url_for("case.page"), code=303)


@pages.post("/case/<case>/look")
def look(case: str) -> ResponseReturnValue:
    """Take what stands in the form (vehicle, remark) and ask the list again."""
    view = gate.booth().enter(gate.session(), CaseId(case), _sent())
    if request.form.get("photo"):
        return _show(view, problems={"photo": _NOT_ADDED, **view.problems}), 400
    return redirect(url_for("case.page"), code=303)


@pages.post("/case/<case>/fields")
def fields(case: str) -> ResponseReturnValue:
    view = gate.booth().enter(gate.session(), CaseId(case), _sent())
    if view.problems.keys() & request.form.keys():
        return redirect(url_for("case.manual", tried=1), code=303)
    return redirect(url_for("case.page"), code=303)


@pages.post("/case/<case>/direction")
def direction(case: str) -> ResponseReturnValue:
    chosen = "exit" if request.form.get("to") == "exit" else "entry"
    gate.booth().enter(gate.session(), CaseId(case), {**_sent(), "direction": chosen})
    answer = redirect(url_for("case.page"), code=303)
    gate.keep_direction(answer, chosen)
    return answer


@pages.post("/case/<case>/drop")
def drop(case: str) -> ResponseReturnValue:
    gate.booth().drop_case(gate.session(), CaseId(case))
    return redirect(url_for("case.page"), code=303)


@pages.post("/case/<case>/details")
def details(case: str) -> ResponseReturnValue:
    """What lies behind the neutral cue. A POST, because opening it is an act of its own."""
    alerts = gate.booth().open_cue(gate.session(), CaseId(case))
    return render_template("edge/details.html", alerts=alerts, back=url_for("case.page"))


@pages.post("/case/<case>/photo")
def photo(case: str) -> ResponseReturnValue:
    """Take a photo into the case, and keep what else stands in the form."""
    booth, session, sent = gate.booth(), gate.session(), _sent()
    file = request.files.get("photo")
    try:
        booth.enter(session, CaseId(case), sent)
        booth.add_photo(
            session,
            CaseId(case),
            file.read() if file is not None else b"",
            category=request.form.get("photo_of", ""),
        )
    except InputError as error:
        view = booth.look(session, CaseId(case))
        return _show(view, problems={"photo": problem_of(error, "photo"), **view.problems}), error.status
    return redirect(url_for("case.page"), code=303)


@pages.post("/case/<case>/photo/<name>/remove")
def remove_photo(case: str, name: str) -> ResponseReturnValue:
    booth, session = gate.booth(), gate.session()
    booth.enter(session, CaseId(case), _sent())
    booth.remove_photo(session, CaseId(case), name)
    return redirect(url_for("case.page"), code=303)


@pages.get("/case/<case>/photo/<name>")
def photo_taken(case: str, name: str) -> ResponseReturnValue:
    """A photo of the open case, as it will be kept."""
    return images.jpeg(gate.booth().case_photo(gate.session(), CaseId(case), name))


@pages.post("/case/<case>/decide")
def decide(case: str) -> ResponseReturnValue:
    booth, session, sent = gate.booth(), gate.session(), _sent()
    if request.form.get("photo"):
        view = booth.enter(session, CaseId(case), sent)
        return _show(view, problems={"photo": _NOT_ADDED}, chosen=sent.get("decision", "")), 400
    try:
        saved = booth.decide(session, CaseId(case), sent)
    except FormError as error:
        view = booth.look(session, CaseId(case))
        return _show(view, problems=error.problems, chosen=sent.get("decision", "")), error.status
    except StaleError as error:
        return _show(booth.look(session, CaseId(case)), changed=True), error.status
    except StoreError as error:
        return _show(booth.look(session, CaseId(case)), refused=error), error.status
    return redirect(url_for("case.page", saved=saved.check), code=303)


def begun(view: CaseView) -> bool:
    """Whether anything stands in the case that could be decided on."""
    return view.traveller is not None or view.vehicle is not None


def first_stop(view: CaseView, problems: Mapping[str, Problem]) -> str:
    """Where the cursor stands: the scan field, the plate, or the decision Enter leads to next."""
    if not begun(view):
        return "mrz"
    if problems:
        return next(iter(problems))
    if view.vehicle is None or not (view.vehicle.plate or view.vehicle.vin):
        return "plate"
    return next_decision(view)


def next_decision(view: CaseView) -> str:
    """The decision Enter walks to: the ordinary one after "no match", a second look after any other."""
    codes = [one.code for one in view.decisions if one.code not in _NEVER_PRESSED_FIRST]
    if view.answer is not None and view.answer.verdict not in ("clear", LOCKED) and "second_line" in codes:
        return "second_line"
    return codes[0] if codes else ""


def _open() -> CaseView:
    booth, session = gate.booth(), gate.session()
    case = booth.open_case(session)
    view = booth.look(session, case)
    if not view.direction:  # a booth keeps its lane; a new one begins with entry, in plain sight
        lane = gate.direction()
        view = booth.enter(session, case, {"direction": lane})
    return view


def _sent() -> dict[str, str]:
    """What the form holds of a case's fields, as typed."""
    sent = {name: request.form[name] for name in FORM_FIELDS if name in request.form and name != "letters"}
    if "letters_asked" in request.form:  # an unticked box sends nothing, so the form says that it asked
        sent["letters"] = " ".join(request.form.getlist("letters"))
    return sent


def _saved_row(rows: tuple[CheckRow, ...], saved: str) -> CheckRow | None:
    return next((row for row in rows if saved and row.check == saved), None)


def _show(
    view: CaseView,
    *,
    saved: str = "",
    problems: Mapping[str, Problem] | None = None,
    chosen: str = "",
    changed: bool = False,
    refused: StoreError | None = None,
) -> str:
    found = view.problems if problems is None else problems
    rows = () if begun(view) else gate.booth().recent(gate.session(), limit=_RECENT)
    return render_template(
        "edge/case.html",
        view=view,
        begun=begun(view),
        problems=found,
        recent=rows,
        saved=_saved_row(rows, saved),
        chosen=chosen,
        changed=changed,
        refused=refused,
        focus=first_stop(view, {} if changed else found),
        next_decision=next_decision(view),
        countries=gate.booth().choices("country"),
        photo_categories=CATEGORIES,
        photos_left=PHOTOS_PER_CHECK_MAX - len(view.photos),
        photo_bytes_max=PHOTO_UPLOAD_MAX_BYTES,
    )


def _show_manual(view: CaseView, problems: Mapping[str, Problem]) -> str:
    booth = gate.booth()
    return render_template(
        "edge/manual.html",
        view=view,
        problems=problems,
        categories=booth.choices("document_category"),
        sexes=booth.choices("sex"),
        countries=booth.choices("country"),
        purposes=booth.choices("purpose"),
    )
