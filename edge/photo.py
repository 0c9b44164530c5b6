"""A camera's file made fit to keep: decoded within limits, turned upright, made small, written anew.

Job: the one place that knows Pillow. Whatever a tablet, a stick or a stranger sends is hostile until it
has been decoded; only its pixels go on. Invariants: size and pixels are judged before memory is taken for
them; what comes out is a plain JPEG of at most PHOTO_MAX_BYTES without metadata; the same file gives the
same bytes. Must not know: cases, storage, pages.
"""

from __future__ import annotations

import threading
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image

from shared.errors import InputError
from shared.limits import (
    PHOTO_MAX_BYTES,
    PHOTO_PIXELS_MAX,
    PHOTO_SIDE_MAX_PX,
    PHOTO_SIDE_MIN_PX,
    PHOTO_UPLOAD_MAX_BYTES,
    PHOTO_WEBP_PIXELS_MAX,
    PHOTO_WHOLE_PIXELS_MAX,
)
from shared.photo import is_plain_jpeg

_FORMATS: Final = ("JPEG", "PNG", "WEBP")  # by content; the name and the type a browser claims say nothing
_QUALITIES: Final = (80, 70, 60, 50)
_SMALLER: Final = 0.75  # each step down in size where even the lowest quality is too large
_ORIENTATION: Final = 0x0112  # EXIF 2.3, 4.6.4 A
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WHITE: Final = (255, 255, 255)
_ONE_AT_A_TIME: Final = threading.Lock()
"""Several tablets at once must not multiply the memory one photo may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A photo fit to keep."""

    content: bytes
    width: int
    height: int


def make_fit(upload: bytes) -> Fit:
    """Decode, shrink and re-encode a file. Takes some tenths of a second for a camera's.

    Raises InputError with `field` photo: `photo_missing`, `photo_too_large`, `photo_not_an_image`,
    `photo_too_many_pixels`, `photo_too_small`, `photo_unreadable`.
    """
    if not upload:
        raise _refusal("photo_missing", "no photo was chosen", "Choose or take one, then say what it shows.")
    if len(upload) > PHOTO_UPLOAD_MAX_BYTES:
        most = PHOTO_UPLOAD_MAX_BYTES // (1024 * 1024)
        raise _refusal(
            "photo_too_large", f"the file has more than {most} MB", "Set the camera to a smaller size."
        )
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a decoder's remarks on strange files help nobody here
        return _shrunk(_decoded(upload))


def _decoded(upload: bytes) -> Image.Image:
    """The upright pixels of the file's first picture, no larger than needed."""
    try:
        picture = Image.open(BytesIO(upload), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:  # a decoder of strangers' bytes may raise anything
        raise _refusal(
            "photo_not_an_image", "this is no photo", "JPEG, PNG and WebP files can be used."
        ) from error
    width, height = picture.size
    if width * height > _pixels_max(picture):
        raise _too_many_pixels()
    if min(width, height) < PHOTO_SIDE_MIN_PX:
        raise _refusal("photo_too_small", "the photo is too small to show anything", "Take another one.")
    try:
        turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
        picture.draft(
            "RGB", (PHOTO_SIDE_MAX_PX, PHOTO_SIDE_MAX_PX)
        )  # a JPEG is unpacked at half size or less
        picture.load()
        pixels = _fitting(_opaque(picture), PHOTO_SIDE_MAX_PX)
    except Exception as error:
        raise _refusal(
            "photo_unreadable", "the photo is cut short or damaged", "Take it again, or choose another file."
        ) from error
    return pixels if turn is None else pixels.transpose(turn)


def _pixels_max(picture: Image.Image) -> int:
    """A baseline JPEG is unpacked at half size or less; any other picture as a whole."""
    if picture.format == "WEBP":
        return PHOTO_WEBP_PIXELS_MAX
    halves = picture.format in ("JPEG", "MPO") and "progressive" not in picture.info
    return PHOTO_PIXELS_MAX if halves else PHOTO_WHOLE_PIXELS_MAX


def _opaque(picture: Image.Image) -> Image.Image:
    """Three colours a pixel; what is transparent becomes white."""
    if picture.mode == "RGB":
        return picture
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    layers = picture.convert("RGBA")
    ground = Image.new("RGB", picture.size, _WHITE)
    ground.paste(layers, mask=layers.getchannel("A"))
    return ground


def _fitting(picture: Image.Image, side_px: float) -> Image.Image:
    """The picture with no side longer than that, in an image that holds its pixels and nothing else."""
    scale = min(1.0, side_px / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = (
        picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    )
    clean = Image.new("RGB", size)
    clean.paste(small)
    return clean


def _shrunk(picture: Image.Image) -> Fit:
    """The picture as the best JPEG within the limit."""
    side = float(max(picture.size))
    while True:
        small = _fitting(picture, side)
        for quality in _QUALITIES:
            written = BytesIO()
            small.save(written, "JPEG", quality=quality, optimize=True)
            content = written.getvalue()
            if len(content) <= PHOTO_MAX_BYTES:
                assert is_plain_jpeg(content)  # or a photo would be refused at the hub
                return Fit(content=content, width=small.width, height=small.height)
        side *= _SMALLER


def _too_many_pixels() -> InputError:
    most = PHOTO_PIXELS_MAX // 1_000_000
    hint = f"Set the camera to {most} megapixels at most, or make the picture smaller."
    return _refusal("photo_too_many_pixels", "the photo has too many pixels", hint)


def _refusal(code: str, message: str, hint: str) -> InputError:
    return InputError(code, message, hint=hint, field="photo")
