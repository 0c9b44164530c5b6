"""The power goes at any durable step: running the same commands again ends in one whole identity."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.identity import load
from provisioning import disk
from shared.enrolment import AuthorityCard, Certificate, HubCertificate, HubKeys, NodeKeys, Revocations, files
from tests.provisioning.conftest import URL, Machine


class PowerCutError(BaseException):
    """Nothing after this instant happens."""


@contextmanager
def power_cut(monkeypatch: pytest.MonkeyPatch, at: int, *, after: bool) -> Iterator[list[Path]]:
    """Stop at the `at`-th file written, before or after it has appeared; yields what was reached."""
    reached: list[Path] = []
    write: Callable[..., None] = disk.write_file

    def cut(path: Path, data: bytes, *, replace: bool = False) -> None:
        reached.append(path)
        if len(reached) == at and not after:
            raise PowerCutError
        write(path, data, replace=replace)
        if len(reached) == at:
            raise PowerCutError

    with monkeypatch.context() as patch:
        for module in ("authority", "database_key", "hub_setup", "issued", "node_setup"):
            patch.setattr(f"provisioning.{module}.write_file", cut)
        for module in ("authority", "node"):
            patch.setattr(f"provisioning.commands.{module}.write_file", cut)
        yield reached


def every_cut(
    monkeypatch: pytest.MonkeyPatch, machine: Callable[[int], Machine], steps: Callable[[Machine], None]
) -> list[Machine]:
    """Run `steps` with the power cut at each write in turn, then again whole; the machines that resulted."""
    results = []
    for number in itertools.count():
        at, after = number // 2 + 1, bool(number % 2)
        one = machine(number)
        with power_cut(monkeypatch, at, after=after) as reached:
            try:
                steps(one)
            except PowerCutError:
                pass
            else:
                assert len(reached) < at
                assert number > 4, "the cut never came: this test would hold nothing"
                return results
        steps(one)
        results.append(one)
    raise AssertionError("unreachable")


@pytest.fixture
def copies(ready: Machine, tmp_path: Path) -> Callable[[int], Machine]:
    """Machines that each begin with their own copy of the prepared authority and hub."""
    import shutil

    def copy(number: int) -> Machine:
        place = tmp_path / f"run{number}"
        place.mkdir()
        for name in ("authority", "hub"):
            shutil.copytree(ready.place / name, place / name)
        shutil.copy(ready.place / "passphrase", place / "passphrase")
        return Machine(place)

    return copy


def run(machine: Machine, *words: str | Path) -> None:
    """Run a command in this process and let a power cut through."""
    result = machine.run(*words)
    if isinstance(result.exception, PowerCutError):
        raise result.exception
    assert result.exit_code == 0, result.output


def test_enrolment_survives_a_cut_at_any_write(
    monkeypatch: pytest.MonkeyPatch, copies: Callable[[int], Machine]
):
    """Whatever was written when the power went, the second run gives one certificate for the keys here."""

    def steps(machine: Machine) -> None:
        pack = machine.place / "pack"
        if not pack.exists():
            pack.write_bytes(machine.issue(name="made").read_bytes())
        data = ("--data", machine.place / "node")
        run(machine, "node", "enrol", pack, *data, "--approve-with", machine.authority, "--yes")

    def begun(number: int) -> Machine:
        machine = copies(number)
        (machine.place / "pack").write_bytes(machine.issue(name="made").read_bytes())
        return machine

    for machine in every_cut(monkeypatch, begun, steps):
        data = machine.place / "node"
        card = AuthorityCard.read((data / files.AUTHORITY_CARD).read_bytes())
        certificate = Certificate.read(
            (data / files.NODE_CERTIFICATE).read_bytes(), authority=card.verify_key
        )
        keys = NodeKeys.unlock(
            (data / files.NODE_KEYS).read_bytes(), (data / files.DATABASE_KEY).read_bytes()
        )
        assert (certificate.node, certificate.serial) == (2, 1)
        assert keys.sign.verify_key == certificate.verify_key


def test_a_hub_survives_a_cut_at_any_write(monkeypatch: pytest.MonkeyPatch, copies: Callable[[int], Machine]):
    """Whatever was written when the power went, the second run gives one hub number and one card."""

    def steps(machine: Machine) -> None:
        hub = machine.place / "hub2"
        if not (hub / files.HUB_CARD).exists():
            run(machine, "hub", "init", hub, "--authority", machine.authority, "--url", URL)

    for machine in every_cut(monkeypatch, copies, steps):
        hub = machine.place / "hub2"
        card = AuthorityCard.read((hub / files.AUTHORITY_CARD).read_bytes())
        keys = HubKeys.unlock((hub / files.HUB_KEYS).read_bytes(), (hub / files.DATABASE_KEY).read_bytes())
        certificate = HubCertificate.read(
            (hub / files.HUB_CERTIFICATE).read_bytes(), authority=card.verify_key
        )
        assert (certificate.node, certificate.verify_key) == (2, keys.sign.verify_key)
        assert len(list((hub / files.ESCROW).iterdir())) == len(keys.prekeys) == 4


def test_an_authority_survives_a_cut_at_any_write(
    monkeypatch: pytest.MonkeyPatch, copies: Callable[[int], Machine]
):
    """A cut init is no authority yet and is made again; a finished one is left alone."""

    def steps(machine: Machine) -> None:
        if not (machine.place / "new" / files.AUTHORITY_KEYS).exists():
            run(machine, "authority", "init", machine.place / "new")

    for machine in every_cut(monkeypatch, copies, steps):
        new = machine.place / "new"
        card = AuthorityCard.read((new / files.AUTHORITY_CARD).read_bytes())
        Revocations.read((new / files.REVOCATIONS).read_bytes(), authority=card.verify_key)
        run(machine, "hub", "init", machine.place / "new-hub", "--authority", new, "--url", URL)


def test_a_revocation_survives_a_cut_at_any_write(
    monkeypatch: pytest.MonkeyPatch, copies: Callable[[int], Machine]
):
    """The node is on exactly one new list, whenever the power went."""

    def begun(number: int) -> Machine:
        machine = copies(number)
        for name in ("a", "b", "c"):
            machine.issue(name=name)
        return machine

    def steps(machine: Machine) -> None:
        for label in ("KLOBUK-1", "KLOBUK-3"):
            words = ("node", "revoke", label, "--authority", machine.authority)
            run(machine, *words, "--reason", "x", "--yes")

    for machine in every_cut(monkeypatch, begun, steps):
        card = AuthorityCard.read((machine.authority / files.AUTHORITY_CARD).read_bytes())
        paper = (machine.authority / files.REVOCATIONS).read_bytes()
        revocations = Revocations.read(paper, authority=card.verify_key)
        assert (revocations.number, sorted(revocations.nodes)) == (3, [2, 4])


def test_each_half_of_enrolment_can_be_run_again(ready: Machine):
    """Beginning twice asks with one request; finishing twice changes nothing."""
    pack, data = ready.issue(), ready.place / "node"
    ready.enrol(pack, "node")
    request = (data / files.NODE_REQUEST).read_bytes()
    ready.enrol(pack, "node")
    assert (data / files.NODE_REQUEST).read_bytes() == request
    ready.enrol_here(pack, "node")
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    assert "already" in ready.did("node", "enrol", pack, "--data", data)
    ready.enrol_here(pack, "node")
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before


def test_enrolling_again_survives_a_cut_at_any_write(
    monkeypatch: pytest.MonkeyPatch, copies: Callable[[int], Machine]
):
    """Whatever was written when the power went, the node starts as the old number or as the new one; the
    second run makes it the new one, with the database key it had."""

    def begun(number: int) -> Machine:
        machine = copies(number)
        enrol(machine, machine.issue(name="made"))
        (machine.place / "key").write_bytes((machine.place / "node" / files.DATABASE_KEY).read_bytes())
        again = ("--hub-card", machine.hub_card, "--replaces", "KLOBUK-1", "--out", machine.place / "again")
        run(machine, "node", "issue", "--authority", machine.authority, *again)
        return machine

    def enrol(machine: Machine, pack: Path) -> None:
        data = ("--data", machine.place / "node")
        run(machine, "node", "enrol", pack, *data, "--approve-with", machine.authority, "--yes")

    def steps(machine: Machine) -> None:
        try:
            enrol(machine, machine.place / "again")
        finally:
            assert load(machine.place / "node", environment={}).certificate.epoch in (1, 2)

    for machine in every_cut(monkeypatch, begun, steps):
        identity = load(machine.place / "node", environment={})
        assert [life.epoch for life in identity.certificate.replaces] == [1]
        assert identity.database_key == (machine.place / "key").read_bytes()
        assert "replaced" in machine.did("node", "list", "--authority", machine.authority)
        assert not list((machine.place / "node" / files.RENEWAL).iterdir())
