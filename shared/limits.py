"""Every cap in the house, each with its reason. Units stand last in the name.

Job: one place to ask "how big may it be?". A limit is checked before the memory it guards is
taken. Must not know: who asks.
"""

from __future__ import annotations

from typing import Final

# --- identity (the packing in `ids` rests on these widths) ---
NODE_BITS: Final = 21  # two million nodes: every post of a region with room for re-enrolments
LANE_BITS: Final = 2
SEQ_BITS: Final = 40  # a change each 30 microseconds for a year, from one node
NODE_MAX: Final = (1 << NODE_BITS) - 1
SEQ_MAX: Final = (1 << SEQ_BITS) - 1

# --- time ---
STAMP_COUNTER_BITS: Final = 15
STAMP_MS_BITS: Final = 48
MOMENT_MAX_MS: Final = 253_370_764_800_000  # the year 9999: calendars end there, time zones need room
CLOCK_SKEW_SUSPECT_MS: Final = 10 * 60 * 1000  # a healthy post drifts seconds; ten minutes is a wrong clock
CLOCK_FOLLOW_MS: Final = 60 * 1000  # a peer's stamp further ahead than this never moves our clock

# --- one record ---
TEXT_MAX_CHARS: Final = 2_000  # a long reason or fact; longer texts are attachments
NAME_MAX_CHARS: Final = 100
CODE_MAX_CHARS: Final = 64  # an entry of a code list; the longest of ours has about 20
LIST_MAX_ITEMS: Final = 64  # nationalities, letters, aliases
BLOB_MAX_BYTES: Final = 64 * 1024  # one piece of a photo, with room; photos travel as pieces
FIELD_NUMBER_MAX: Final = 4_095  # fields of a kind, and kinds: ours end below 64
CONTEXT_MAX_DOTS: Final = 256  # siblings one person can have been shown at once

# --- one bundle ---
BUNDLE_MAX_CHANGES: Final = 2_000
BUNDLE_MAX_BYTES: Final = 256 * 1024  # sealed: what a 2G link carries in a few minutes at worst
BODY_MAX_BYTES: Final = (
    4 * 1024 * 1024
)  # unpacked: caps a compression bomb at a sixteenth of its 64 MiB allowance
BODY_MAX_CELLS: Final = 1 << 19  # values in all columns: 2,000 full checks come to a third of it
MSGPACK_MAX_DEPTH: Final = 12  # our own objects nest to 6; deeper is an attack
MSGPACK_MAX_ITEMS: Final = 1 << 18  # each costs up to 64 bytes unpacked: 16 MiB for one message at worst
PAD_STEP_ROUTINE_BYTES: Final = 64
PAD_STEP_URGENT_BYTES: Final = 16

# --- when the sealer cuts the routine lane ---
SEAL_EVERY_CHANGES: Final = 50
SEAL_EVERY_S: Final = 60

# --- one sync conversation ---
COUNT_MAX: Final = (1 << 63) - 1  # any number a peer says: what a store's integer column holds
REQUEST_MAX_BYTES: Final = 2 * 1024 * 1024
REPLY_MAX_BYTES: Final = 8 * 1024 * 1024
REQUEST_MAX_BUNDLES: Final = 256
REQUEST_BUDGET_BYTES: Final = 512 * 1024  # offered in one request at most: a day's checks of a busy post
REQUEST_FIRST_BYTES: Final = 16 * 1024  # offered while nothing is known of the link
REPLY_BUDGET_BYTES: Final = 256 * 1024  # fed back in one reply at most: a node holds it in memory, thrice
REPLY_FIRST_BYTES: Final = 16 * 1024  # asked for while nothing is known of the link
PIECE_MIN_BYTES: Final = 1024  # a smaller piece or slice is mostly its own headers
UPLOAD_KEEP_DAYS: Final = 30  # a bundle begun is given up by the hub when its node was silent so long
RETURN_BUDGET_BYTES: Final = 64 * 1024  # given back in one question: the hub holds its lock a second for it
RETURN_MAX_SEGMENTS: Final = 256  # more are no shorter to send
SEGMENT_MAX_CHANGES: Final = 500  # one feed segment: applied in slices, sealed per reader
APPLY_SLICE_MS: Final = 20  # the longest a feed may hold the booth's database

# --- the doorbell ---
DOORBELL_CALL_MAX_BYTES: Final = 512  # a call has about 110
DOORBELL_CALL_MS: Final = 2 * 60 * 1000  # around the hub's time: a slow link and a drifting board fit in
DOORBELL_KEEP_S: Final = 240  # below the five minutes after which mobile networks forget a silent line
DOORBELL_QUIET_S: Final = 1.0  # a burst of alerts is one ring; the next one comes after this
DOORBELL_WAIT_MIN_S: Final = 1.0  # a node's contacts after rings: at most one a second …
DOORBELL_WAIT_MAX_S: Final = 3_600.0  # … and one an hour from a bell that rings for nothing
DOORBELL_CALL_S: Final = 10.0  # whoever has not said who they are by then is shut out
DOORBELL_UNPROVEN_MAX: Final = 1_024  # visitors at once that have not proved who they are

# --- a whole list in one file ---
SNAPSHOT_MAX_BLOCKS: Final = 1 << 15  # of up to 2,000 changes: 65 million, thirty times the lists of today
SNAPSHOT_BLOCK_MAX_BYTES: Final = 1 << 20  # 2,000 alerts take a tenth; what a node holds in memory at once
SNAPSHOT_MAX_KEYS: Final = 1 << 14  # nodes one file is made for: eight times the posts of three states
SNAPSHOT_PIECE_MAX_BYTES: Final = 1 << 20  # fetched at once: a second of a good link
SNAPSHOT_OPENING_MAX_BYTES: Final = 4 * 1024 * 1024  # manifest and keys, both at their most

# --- forms and pages ---
FORM_MAX_BYTES: Final = 256 * 1024  # a form is a few hundred bytes; 10 MB is refused unread
MRZ_MAX_CHARS: Final = 200
PLATE_MAX_CHARS: Final = 20  # the longest plates have ten signs; separators and a country fit beside them
VIN_MAX_CHARS: Final = 30  # 17 signs, typed in groups; older vehicles' numbers are shorter
SEARCH_MAX_ROWS: Final = 200  # shown of one kind: nobody reads more
SEARCH_READ_MAX: Final = 2_000  # of one kind read for a person's question: a tenth of a second

# --- photos ---
PHOTO_UPLOAD_MAX_BYTES: Final = 8 * 1024 * 1024  # what a tablet's 12-megapixel camera writes is 3 to 6 MB
PHOTO_FORM_MAX_BYTES: Final = 2 * PHOTO_UPLOAD_MAX_BYTES  # so that a photo too large is told beside its field
PHOTO_PIXELS_MAX: Final = 4096 * 3072  # a camera's 12 megapixels, which a baseline JPEG gives at half size
PHOTO_WHOLE_PIXELS_MAX: Final = 8_000_000  # of a PNG or progressive JPEG, unpacked at once: under 64 MiB
PHOTO_WEBP_PIXELS_MAX: Final = 3_500_000  # its decoder holds every pixel four times over: under 64 MiB
PHOTO_SIDE_MIN_PX: Final = 32  # less shows nobody
PHOTO_SIDE_MAX_PX: Final = 1280  # a passport's data page at 260 dpi: its smallest print can be read
PHOTO_MAX_BYTES: Final = 160 * 1024  # kept and sent: half a minute at 50 kbit/s
PHOTO_PIECE_BYTES: Final = 8 * 1024  # 7 s at 9.6 kbit/s, sent in pieces of its own there; 4 % is overhead
PHOTO_PIECES_MAX: Final = 64  # a peer may cut smaller ones
PHOTOS_PER_CHECK_MAX: Final = 4  # data page, face, vehicle, and one more
BULK_SHARE_OF_REQUEST: Final = 4  # photos get a quarter of a question: 70 % of the link, and a hit is next

# --- people ---
PASSWORD_MIN_CHARS: Final = 10
PASSWORD_MAX_CHARS: Final = 200
SIGN_IN_TRIES: Final = 5  # then a wait that doubles, kept across restarts
SIGN_IN_WAIT_S: Final = 30
SESSION_IDLE_S: Final = 12 * 60 * 60  # one shift

# --- time kept ---
PRUNE_AFTER_DAYS: Final = 14  # a node keeps what it sent this long after a verified backup covers it
OFFLINE_MAX_DAYS: Final = 180  # then old prekeys are gone; the node still captures, and reseals
FORMER_MARKS_MAX: Final = 2_000  # of a restored node's changes, compared in one answer: 16 kB
LEASE_DAYS: Final = 7  # without a contact; then a node captures and no longer answers from its list
LEASE_WARN_HOURS: Final = 48  # time enough to mend a link or to fetch a stick
MARK_EVERY_S: Final = 60  # how often a node notes trusted time: what a power cut can take from it
LATE_HIT_CHECKS: Final = 10_000  # how far back a new alert is run against a node's own checks
REMATCH_DAYS: Final = 90  # and at the centre, against everybody's: the longest visa-free stay
REMATCH_SHARED_MAX: Final = 20_000  # of what shares a key with a check: a lorry, ten times a day, 5 years
REPORT_SLICE_MS: Final = 20  # the longest that writing late hits may keep who brings bundles waiting

# --- enrolment ---
ENROLMENT_MAX_BYTES: Final = 256 * 1024  # a node pack is under 2 KiB; a list of 50,000 revoked nodes fits
URL_MAX_CHARS: Final = 200

# --- the courier: sticks and neighbours ---
LOAD_BUDGET_BYTES: Final = 1024 * 1024  # one file of bundles: a pulled stick costs at most one to write again
STICK_FILE_MAX_BYTES: Final = REPLY_MAX_BYTES + 1024  # a packet is an answer, and its file wraps it
STICK_MAX_FILES: Final = 20_000  # names read from one stick: 200 nodes, 100 files each
RELAY_LOAD_BYTES: Final = 128 * 1024  # what one load to a neighbour offers: a second on the slowest LAN
RELAY_NODE_MAX_BYTES: Final = 16 * 1024 * 1024  # of one neighbour: half a million checks
RELAY_GIFT_MAX_BYTES: Final = 512 * 1024  # of one neighbour, given back: some segments, and the list
RELAY_MAX_NODES: Final = 8  # neighbours on one LAN
RELAY_MAX_PACKETS: Final = 2  # for one neighbour at a time; the next ones follow when it has read these
RELAY_POLL_S: Final = 60  # how often a relay asks for a neighbour that has nothing new to say
