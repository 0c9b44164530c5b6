"""A file becomes a photo fit to keep, or is refused under a code: hostile until its pixels are out."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from edge.photo import make_fit
from shared.errors import InputError
from shared.limits import (
    PHOTO_MAX_BYTES,
    PHOTO_PIXELS_MAX,
    PHOTO_SIDE_MAX_PX,
    PHOTO_UPLOAD_MAX_BYTES,
    PHOTO_WEBP_PIXELS_MAX,
    PHOTO_WHOLE_PIXELS_MAX,
)
from shared.photo import is_plain_jpeg
from tests.edge.pictures import SECRET, card, noise, png_bomb, scene, with_everything, written


def pixels(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content), formats=("JPEG",))


def code_of(upload: bytes) -> str:
    with pytest.raises(InputError) as caught:
        make_fit(upload)
    assert caught.value.field == "photo"
    return caught.value.code


def test_nothing_but_pixels_goes_on():
    """EXIF with GPS, ICC, XMP, comment and trailing bytes are in the file, and none of them in the photo."""
    upload = with_everything(scene(400, 300))
    assert upload.count(SECRET) >= 5
    fit = make_fit(upload)
    assert SECRET not in fit.content
    assert is_plain_jpeg(fit.content)
    assert not is_plain_jpeg(upload)
    again = pixels(fit.content)
    assert (len(again.getexif()), {"icc_profile", "comment", "exif"} & set(again.info)) == (0, set())


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_formats_lose_their_metadata_too(kind: str):
    """A PNG or WebP with EXIF comes out as a plain JPEG."""
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    upload = written(scene(200, 100), kind, exif=exif)
    assert SECRET in upload
    assert is_plain_jpeg(make_fit(upload).content)
    assert SECRET not in make_fit(upload).content


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_camera_gives_an_upright_photo(orientation: int):
    """The red corner stands top left whatever the camera's orientation was (EXIF 1 … 8)."""
    upright = Image.new("RGB", (96, 64), (255, 255, 255))
    upright.paste((255, 0, 0), (0, 0, 32, 32))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    held = upright.transpose(undo[orientation]) if orientation in undo else upright
    seen = pixels(make_fit(with_everything(held, orientation=orientation)).content)
    assert seen.size == (96, 64)
    red, _, blue = seen.getpixel((8, 8))
    assert (red > 200, blue < 60) == (True, True)
    assert min(seen.getpixel((80, 8))) > 200


def test_a_camera_s_photo_is_made_small():
    """Twelve megapixels become at most 1280 pixels a side and 160 kB, in its proportions."""
    fit = make_fit(written(scene(4000, 3000), quality=92))
    assert (fit.width, fit.height) == (PHOTO_SIDE_MAX_PX, 960)
    assert pixels(fit.content).size == (fit.width, fit.height)
    assert len(fit.content) <= PHOTO_MAX_BYTES


def test_even_noise_is_made_to_fit():
    """The worst picture for a codec loses quality, then size, and stays within the limit."""
    assert len(make_fit(written(noise(1400, 1400), quality=95)).content) <= PHOTO_MAX_BYTES


def test_the_same_file_gives_the_same_bytes():
    """So that the same photo has one address."""
    upload = with_everything(scene(500, 400))
    assert make_fit(upload) == make_fit(upload)


def test_what_is_transparent_becomes_white():
    """Not black, and not whatever colour lay hidden under it."""
    clear = Image.new("RGBA", (64, 64), (0, 200, 0, 0))
    assert min(pixels(make_fit(written(clear, "PNG")).content).getpixel((30, 30))) > 250


def test_what_is_no_photo_is_refused_by_its_content():
    """Whatever its name says: text, a PDF, an SVG, a GIF, a program, half a header."""
    gif = written(Image.new("P", (64, 64)), "GIF")
    others = [
        b"hello",
        b"%PDF-1.7\n",
        b"<svg/>",
        b"MZ\x90\0",
        b"\xff\xd8",
        gif,
    ]
    assert {code_of(upload) for upload in others} == {"photo_not_an_image"}
    assert code_of(b"") == "photo_missing"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_cut_short_is_no_photo(kind: str):
    """At no place of the cut does half a picture pass for a whole one."""
    upload = written(scene(300, 200), kind)
    for tenth in range(1, 10):
        assert code_of(upload[: len(upload) * tenth // 10]) in ("photo_not_an_image", "photo_unreadable")


def test_limits_are_judged_before_memory_is_taken():
    """Too many bytes, too many pixels, too few pixels: each under its own code."""
    assert code_of(card() + bytes(PHOTO_UPLOAD_MAX_BYTES)) == "photo_too_large"
    assert code_of(written(Image.new("RGB", (31, 200)))) == "photo_too_small"
    assert code_of(png_bomb(2829)) == "photo_too_many_pixels"
    assert code_of(png_bomb(65_000)) == "photo_too_many_pixels"


VALID = {kind: written(scene(120, 90), kind) for kind in ("JPEG", "PNG", "WEBP")}


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(VALID)),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1),
)
def test_damaged_files_are_photos_or_refusals(kind: str, damage: list[tuple[int, int]]):
    """Any bytes written over any others: a plain photo within its limits, or a coded refusal."""
    bent = bytearray(VALID[kind])
    for at, byte in damage:
        bent[at % len(bent)] = byte
    with suppress(InputError):
        fit = make_fit(bytes(bent))
        assert is_plain_jpeg(fit.content)
        assert len(fit.content) <= PHOTO_MAX_BYTES


_MEASURE = """
import re, sys, time
from edge.photo import make_fit
from shared.errors import InputError

def peak_kib():  # getrusage would tell the parent's
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])

make_fit(open(sys.argv[2], 'rb').read())
before = peak_kib()
start = time.perf_counter()
try:
    make_fit(open(sys.argv[1], 'rb').read())
except InputError:
    pass
print(peak_kib() - before, time.perf_counter() - start)
"""


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG", "progressive", "bomb"])
def test_the_largest_allowed_file_stays_within_its_memory(kind: str, tmp_path):
    """The most pixels that are let through, and a bomb: under 64 MiB more, in a process of their own."""
    most = {"JPEG": PHOTO_PIXELS_MAX, "WEBP": PHOTO_WEBP_PIXELS_MAX}.get(kind, PHOTO_WHOLE_PIXELS_MAX)
    side = int(most**0.5)
    flat = Image.new("RGB", (side, side), (90, 120, 30))
    upload = {
        "PNG": lambda: written(flat, "PNG"),
        "WEBP": lambda: written(flat, "WEBP"),
        "JPEG": lambda: written(flat, quality=90),
        "progressive": lambda: written(flat, progressive=True, quality=90, subsampling=0),
        "bomb": lambda: png_bomb(side),
    }[kind]()
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(upload)
    small.write_bytes(card())
    run = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(large), str(small)], check=True, capture_output=True, text=True
    )
    more_kib, seconds = map(float, run.stdout.split())
    print(f"{kind}: {more_kib / 1024:.0f} MiB more, {seconds:.2f} s")
    assert more_kib < 64 * 1024
    assert seconds < 10
