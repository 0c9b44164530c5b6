"""What another authority signed, or could open, counts for nothing here."""

from __future__ import annotations

from shared.enrolment import files
from tests.provisioning.conftest import URL, Machine


def test_a_foreign_hub_certificate(machine: Machine):
    """A hub takes in only a certificate its own authority gave for its own key."""
    authority = machine.init_authority()
    begin = ("--authority-card", authority / files.AUTHORITY_CARD, "--url", URL)
    machine.did("hub", "init", machine.hub, *begin)
    machine.did("hub", "init", machine.place / "other", *begin)
    request = machine.place / "other" / files.HUB_REQUEST
    out = machine.place / "hub.cert"
    machine.did("authority", "certify-hub", request, "--authority", authority, "--out", out, "--yes")
    assert machine.refused("hub", "init", machine.hub, "--certificate", out) == "other_keys"
    foreign = machine.init_authority("foreign")
    request = machine.hub / files.HUB_REQUEST
    machine.did("authority", "certify-hub", request, "--authority", foreign, "--out", out, "--yes")
    assert machine.refused("hub", "init", machine.hub, "--certificate", out) == "bad_signature"
    card = foreign / files.AUTHORITY_CARD
    again = ("hub", "init", machine.hub, "--authority-card", card, "--url", URL)
    assert machine.refused(*again) == "other_authority"


def test_a_recovered_key_needs_the_right_authority(ready: Machine):
    """Another authority's recovery key opens no copy of ours."""
    foreign = ready.init_authority("foreign")
    recover = ("authority", "recover-key", ready.hub / files.RECOVERY, "--authority", foreign)
    assert ready.refused(*recover, "--out", ready.place / "key") == "cannot_open"
    assert not (ready.place / "key").exists()
