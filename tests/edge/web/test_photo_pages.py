"""Photos on the officer's pages: added, refused beside the field, removed, opened, and kept by no browser."""

from __future__ import annotations

import re
import tempfile

import pytest

from edge.booth import Booth
from edge.node import EdgeNode
from shared.limits import PHOTO_FORM_MAX_BYTES, PHOTO_UPLOAD_MAX_BYTES, PHOTOS_PER_CHECK_MAX
from tests.edge.pictures import SECRET, card, png_bomb, scene, with_everything, written
from tests.edge.posts import TD3, rows
from tests.edge.web.conftest import Browser


def add(officer: Browser, upload: bytes, *, of: str = "face", to: str = "photo", **typed: str):
    """Choose a file in the check's form and say what it shows; without scripts."""
    case = officer.case()
    fields = {"csrf_token": officer.token(), "photo_of": of, **typed}
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    claimed = b'name="photo"; filename="IMG_0001.svg"\r\nContent-Type: image/svg+xml'  # neither says anything
    parts.append(claimed + b"\r\n\r\n" + upload)
    body = (
        b"".join(b"--cut\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
        + b"--cut--\r\n"
    )
    officer.last = officer.client.post(
        f"/case/{case}/{to}",
        data=body,
        content_type="multipart/form-data; boundary=cut",
        follow_redirects=True,
    )
    return officer.last


def shots(page: str) -> list[str]:
    return re.findall(r'<img src="(/[^"]+/photo/[0-9a-f]{64})"', page)


@pytest.fixture
def scanned(officer: Browser) -> Browser:
    officer.scan(TD3)
    return officer


def test_a_photo_is_taken_shown_saved_and_opened_again(scanned: Browser, node: EdgeNode):
    """From the camera's file to the check's page; every answer is a JPEG of pixels that nobody keeps."""
    page = add(scanned, with_everything(scene(400, 300), orientation=6), plate="A12-B-345").text
    (source,) = shots(page)
    assert "Face" in page
    assert 'value="A12-B-345"' in page
    shown = scanned.get(source)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (shown.data[:2], SECRET in shown.data) == (b"\xff\xd8", False)
    scanned.post(f"/case/{scanned.case()}/decide", decision="admit")
    recent = scanned.get("/checks").text
    assert "1 photo" in recent
    check = re.search(r'href="(/checks/\d+)"', recent)
    assert check is not None
    (source,) = shots(scanned.get(check[1]).text.replace("<a href=", "<a "))
    assert scanned.get(source).data == shown.data
    assert rows(node, "SELECT count(*) FROM audit WHERE action = 'photo_opened'") == [(1,)]


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (b"", "photo_missing"),
        (b"%PDF-1.7 hello", "photo_not_an_image"),
        (written(scene(300, 200))[:5000], "photo_unreadable"),
        (png_bomb(20_000), "photo_too_many_pixels"),
        (card(size=(16, 16)), "photo_too_small"),
        (card() + bytes(PHOTO_UPLOAD_MAX_BYTES), "photo_too_large"),
    ],
)
def test_what_is_no_photo_is_said_beside_the_field(scanned: Browser, upload: bytes, code: str):
    """A code and a hint at the photo's field; what was typed, and the traveller, stay."""
    answer = add(scanned, upload, plate="A12-B-345", remark="with a trailer")
    assert answer.status_code == 400
    assert re.search(rf'id="f-photo-wrong".*?{code}', answer.text, re.DOTALL)
    assert 'value="A12-B-345"' in answer.text
    assert 'value="with a trailer"' in answer.text
    assert "ERIKSSON" in answer.text
    assert shots(answer.text) == []


def test_a_photo_is_removed_before_saving(scanned: Browser, node: EdgeNode):
    """With what was typed kept; and a full hand of photos offers no further one."""
    for shade in range(PHOTOS_PER_CHECK_MAX):
        page = add(scanned, card((shade * 40, 0, 0))).text
    assert len(shots(page)) == PHOTOS_PER_CHECK_MAX
    assert 'type="file"' not in page
    page = scanned.post(shots(page)[0] + "/remove", plate="E55-T-555").text
    assert len(shots(page)) == PHOTOS_PER_CHECK_MAX - 1
    assert 'type="file"' in page
    assert 'value="E55-T-555"' in page


def test_a_photo_that_was_chosen_and_not_added_is_not_lost_unseen(scanned: Browser, node: EdgeNode):
    """A plain form sends the file's name alone: the officer is told instead of saving without it."""
    for act in ("decide", "look"):
        answer = scanned.post(f"/case/{scanned.case()}/{act}", decision="admit", photo="IMG_0001.jpg")
        assert answer.status_code == 400
        assert "photo_not_added" in answer.text
    assert rows(node, "SELECT count(*) FROM check_record") == [(0,)]
    assert "Saved" in scanned.post(f"/case/{scanned.case()}/decide", decision="admit").text


def test_enter_in_a_field_never_adds_a_photo(scanned: Browser):
    """Of the check's form the first button in the page, which Enter presses, asks the list."""
    page = scanned.get("/").text
    own = re.search(r"<button[^>]*form=\"decide\"[^>]*>", page)
    assert own is not None
    assert "/look" in own[0]
    assert page.index(own[0]) < page.index("data-photo")


def test_no_part_of_a_photo_touches_the_disk(scanned: Browser, monkeypatch: pytest.MonkeyPatch):
    """Werkzeug would spool files beyond 500 kB to a temporary folder, in plain."""

    def spooled(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was made")

    for name in ("SpooledTemporaryFile", "TemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, spooled)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", spooled)
    noise = with_everything(scene(1600, 1200)) + bytes(2_000_000)
    assert len(shots(add(scanned, noise).text)) == 1


def test_other_pages_keep_their_small_limit(scanned: Browser):
    """Only the photo's own address takes more than a form, and that has an end too."""
    assert add(scanned, bytes(300 * 1024), to="look").status_code == 413
    assert add(scanned, bytes(PHOTO_FORM_MAX_BYTES + 1)).status_code == 413


def test_photos_are_for_the_signed_in(scanned: Browser, door: Browser):
    """An address of a photo that somebody noted opens nothing at the door."""
    (source,) = shots(add(scanned, card()).text)
    assert door.get(source).status_code == 303


def test_a_decoder_that_fails_in_a_new_way_is_a_coded_refusal(
    scanned: Browser, booth: Booth, monkeypatch: pytest.MonkeyPatch
):
    """Whatever Pillow raises on a file, the page answers in words."""

    def broken(*_: object, **__: object) -> None:
        raise IndexError("planted")

    monkeypatch.setattr("edge.photo.Image.open", broken)
    assert "photo_not_an_image" in add(scanned, card()).text
