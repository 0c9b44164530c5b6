"""Planted faults in photos: what they may carry, how they travel, when they show, when they go."""

# ruff: noqa: E501 - a piece of source to replace is quoted as it stands

from __future__ import annotations

from typing import Final

from tests.mutants.faults import HOSTILE, NEVER_WAITS, NOTHING_LOST, NOTHING_READABLE, RIGHTS, SAME_STATE
from tests.mutants.plant import Mutant

MUTANTS: Final = (
    Mutant(
        name="photo-metadata-kept",
        promise=HOSTILE,
        path="edge/photo.py",
        old="""    clean = Image.new("RGB", size)
    clean.paste(small)
    return clean
""",
        new="""    return small
""",
        tests=("tests/edge/test_photo.py",),
    ),
    Mutant(
        name="photo-not-plain-shown",
        promise=HOSTILE,
        path="shared/photo.py",
        old="return (content, None) if is_plain_jpeg(content) else (None, Wrong.CONTENT)",
        new="return (content, None)",
        tests=("tests/hub/test_photos.py",),
    ),
    Mutant(
        name="photo-pixels-uncounted",
        promise=HOSTILE,
        path="edge/photo.py",
        old="    if width * height > _pixels_max(picture):",
        new="    if width * height < 0:",
        tests=("tests/edge/test_photo.py",),
    ),
    Mutant(
        name="photo-hash-unchecked",
        promise=NOTHING_LOST,
        path="shared/photo.py",
        old="if len(content) == first.size_bytes and address_of(content) == first.address:",
        new="if len(content) == first.size_bytes:",
        tests=("tests/shared/test_photo.py",),
    ),
    Mutant(
        name="photo-piece-counted-twice",
        promise=NOTHING_LOST,
        path="shared/photo.py",
        old="    if len(contents) < first.count:",
        new="    if len(group) < first.count:",
        tests=("tests/shared/test_photo.py", "tests/hub/test_photos.py"),
    ),
    Mutant(
        name="photo-lost-with-its-case",
        promise=NOTHING_LOST,
        path="edge/cases.py",
        old="        taken = self._photos.commit(tx, session, case, check)\n",
        new="        taken = 0\n",
        tests=("tests/edge/test_photos.py",),
    ),
    Mutant(
        name="photo-let-go-too-early",
        promise=NOTHING_LOST,
        path="edge/store/upkeep.py",
        old="photos.drop_contents(tx, *run)",
        new="photos.drop_contents(tx, run[0], run[1] + 1_000)",
        tests=("tests/edge/test_photos.py",),
    ),
    Mutant(
        name="photos-before-hits",
        promise=NEVER_WAITS,
        path="shared/ledger/outbox.py",
        old="        for lane, head in self.heads(tx).items():",
        new="        for lane, head in reversed(self.heads(tx).items()):",
        tests=("tests/edge/test_photos.py",),
    ),
    Mutant(
        name="photos-fill-the-question",
        promise=NEVER_WAITS,
        path="edge/outgoing.py",
        old="            left, share = min(left, share), 0",
        new="            share = 0",
        tests=("tests/edge/test_photos.py",),
    ),
    Mutant(
        name="photos-before-their-checks",
        promise=NEVER_WAITS,
        path="edge/sealer.py",
        old="            return not self._kit.log.uncut(tx, Lane.ROUTINE)[0]",
        new="            return True",
        tests=("tests/edge/test_photos.py",),
    ),
    Mutant(
        name="purge-leaves-photos",
        promise=RIGHTS,
        path="shared/ledger/records.py",
        old="        going += photos.attached_to(tx, each)\n",
        new="",
        tests=("tests/shared/ledger/test_photos.py",),
    ),
    Mutant(
        name="late-piece-outlives-purge",
        promise=SAME_STATE,
        path="shared/ledger/records.py",
        old="    if photos.any_purged(tx, (attached,)):",
        new="    if attached is ...:",
        tests=("tests/shared/ledger/test_photos.py",),
    ),
    Mutant(
        name="late-pieces-outlive-purge-in-columns",
        promise=SAME_STATE,
        path="shared/ledger/records.py",
        old="    if row_type.kind is Kind.ATTACHMENT and photos.any_purged(",
        new="    if row_type.kind is Kind.CHECK and photos.any_purged(",
        tests=("tests/shared/ledger/test_photos.py",),
    ),
    Mutant(
        name="photo-spooled-in-plain",
        promise=NOTHING_READABLE,
        path="edge/app.py",
        old="        return BytesIO()",
        new="        return super()._get_file_stream(total_content_length, content_type, filename, content_length)",
        tests=("tests/edge/web/test_photo_pages.py",),
    ),
    Mutant(
        name="photo-view-unaudited",
        promise=RIGHTS,
        path="hub/desk/reading.py",
        old="""            self._office.witness(
                tx, operator, "photo_viewed", record=found.id, detail=f"{photo.category}, as {why.value}"
            )
""",
        new="",
        tests=("tests/hub/test_photos.py",),
    ),
    Mutant(
        name="photo-of-another-country-shown",
        promise=RIGHTS,
        path="shared/ledger/photos.py",
        old='WHERE "of" = ? AND owner = ? ORDER',
        new='WHERE "of" = ? AND ? <> 1 ORDER',
        tests=("tests/shared/ledger/test_photos.py", "tests/hub/test_photos.py"),
    ),
    Mutant(
        name="wrong-photo-unnamed",
        promise=NOTHING_LOST,
        path="hub/merger.py",
        old="        if row_type.kind is Kind.ATTACHMENT:\n            photos.weigh(tx, table.dots, at_ms=at_ms)\n",
        new="",
        tests=("tests/hub/test_photos.py",),
    ),
)
