"""The one error tree: every refusal has a code, a status and a hint.

Job: give each thing that can go wrong a stable name that a person or a peer can act on.
Invariant: `code` never changes once released; `hint` says what to do next, in plain words;
no message carries personal data (documents, names, plates), because messages reach logs.
Must not know: flask, storage, the wire.

    KaraulaError
    ├── InputError            400  a person typed or scanned something unusable
    │   └── MrzError          400  a machine-readable zone that cannot be read
    ├── SignInError           401  who are you? (wrong password, ended session)
    ├── ForbiddenError        403  signed in, but not for this
    ├── MissingError          404  no such record, page or file
    ├── StaleError            409  the thing changed under your hands; look again
    ├── ConfigError           500  the machine is set up wrongly; an engineer can mend it
    ├── StoreError            507  the disk or the database refused; nothing was acknowledged
    └── RemoteError           400  a peer's bytes, theirs not ours
        ├── WireError         400  undecodable or beyond a limit
        ├── BundleError       400  a bundle refused as a whole; nothing of it was stored
        ├── TrustError        403  a signature, certificate or revocation says no
        └── SessionError      400  the sync conversation broke its own rules

Local faults (ours) stand beside `RemoteError` (theirs), so that a handler can tell "mend me"
from "tell them".
"""

from __future__ import annotations


class KaraulaError(Exception):
    """Anything Karaula refuses. `code` is stable, `status` is HTTP's, `hint` says what to do."""

    status: int = 500

    def __init__(self, code: str, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.code}: {self.message} — {self.hint}"


class InputError(KaraulaError):
    """A person typed or scanned something unusable. `field` names the form field, if one is to blame."""

    status = 400

    def __init__(self, code: str, message: str, *, hint: str, field: str | None = None) -> None:
        super().__init__(code, message, hint=hint)
        self.field = field


class MrzError(InputError):
    """A machine-readable zone that cannot be read at all (wrong digits are verdicts, not errors)."""


class SignInError(KaraulaError):
    """The caller is not signed in, or could not be."""

    status = 401


class ForbiddenError(KaraulaError):
    """Signed in, but this is not theirs to see or do."""

    status = 403


class MissingError(KaraulaError):
    """No such record, page or file."""

    status = 404


class StaleError(KaraulaError):
    """The thing changed since it was shown; nothing was done."""

    status = 409


class ConfigError(KaraulaError):
    """This machine is set up wrongly; an engineer can mend it."""

    status = 500


class StoreError(KaraulaError):
    """The disk or the database refused. Whatever was not acknowledged was not done."""

    status = 507


class RemoteError(KaraulaError):
    """A peer sent something wrong: theirs to mend, ours to name.

    `paper` is what proves a refusal, where something does: the list that names a revoked node.
    """

    status = 400
    paper: bytes | None = None


class WireError(RemoteError):
    """Bytes that do not decode strictly, or exceed a limit."""


class BundleError(RemoteError):
    """A bundle refused as a whole; nothing of it was stored."""


class TrustError(RemoteError):
    """A signature, certificate, lease or revocation says no."""

    status = 403


class SessionError(RemoteError):
    """The sync conversation broke its own rules."""
