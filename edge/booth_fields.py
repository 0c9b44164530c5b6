"""The field names that forms may send. Must not know: what they mean."""

from __future__ import annotations

FORM_FIELDS = (
    "mrz",  # the zone, lines ended by any line end
    "source",  # scan | typed: how the zone came in (empty: scan)
    "direction",  # entry | exit
    "document_category",  # passport | id_card | border_permit | visa | … | none (see `choices`)
    "document_issuer",
    "document_number",
    "document_expiry",
    "personal_number",
    "surname",
    "given_names",
    "written_name",
    "birth",
    "sex",
    "nationality",
    "accompanied_by",  # the printed id of the parent's check
    "plate",
    "plate_country",
    "vin",
    "vehicle_kind",
    "origin",
    "destination",
    "purpose",
    "stay_days",
    "remark",
    "decision",
    "letters",  # several, parted by blanks
    "confirm_digits",  # yes
    "confirm_clock",  # yes
)
"""The names a case's form may send. A blank field counts as not given; with a zone, a typed field
overrides what the zone says."""

LOOK_UP_FIELDS = (
    "document_number",
    "document_issuer",
    "plate",
    "plate_country",
    "vin",
    "surname",
    "given_names",
    "birth",
    "purpose",  # a code of `choices("search_purpose")`
    "reference",
)
