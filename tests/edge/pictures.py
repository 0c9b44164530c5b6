"""Synthetic pictures, as cameras and strangers write them."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from random import Random

from PIL import Image

SECRET = b"KLOBUK 42.8333 N 18.4667 E"
"""What no photo may carry on: it stands in every place metadata can stand."""


def noise(width: int, height: int, seed: int = 1) -> Image.Image:
    """Pixels that no codec makes much smaller."""
    return Image.frombytes("RGB", (width, height), Random(seed).randbytes(width * height * 3))


def scene(width: int = 1600, height: int = 1200, seed: int = 1) -> Image.Image:
    """Something between a flat card and noise, as a real photo is: about what a camera's scene weighs."""
    coarse = noise(64, 48, seed)
    return coarse.resize((width, height), Image.Resampling.BICUBIC)


def written(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def card(colour: tuple[int, int, int] = (20, 90, 160), size: tuple[int, int] = (64, 48)) -> bytes:
    """A tiny plain photo."""
    return written(Image.new("RGB", size, colour))


def with_everything(picture: Image.Image, *, orientation: int = 1) -> bytes:
    """A JPEG with EXIF (GPS, camera, orientation), an ICC profile, a comment, XMP and trailing bytes."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET.decode()
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (42.0, 50.0, 0.0), "E", (18.0, 28.0, 0.0)
    gps[27] = SECRET
    whole = written(picture, exif=exif, icc_profile=b"icc" + SECRET, comment=SECRET, quality=90)
    xmp = b"http://ns.adobe.com/xap/1.0/\0" + SECRET
    return whole[:2] + b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp + whole[2:] + SECRET


def png_bomb(side_px: int) -> bytes:
    """A PNG of a few kilobytes that claims a square of so many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side_px, side_px, 8, 2, 0, 0, 0)
    squeezed = zlib.compress(bytes(64 * 1024), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", squeezed) + chunk(b"IEND", b"")
