"""The benches' traffic is as varied as they say, and unknown to the dictionary."""

from __future__ import annotations

from itertools import product
from statistics import median

import pytest

from shared import wire
from shared.dictionaries import SYMBOLS
from shared.partial_date import from_day_number
from shared.schema import Kind, field_by_name
from tests.bench import generator, pools
from tests.bench.generator import Post, alerts, entropy, people
from tests.bench.pools import POSTS, authorities, reason_openings, towns
from tests.bench.wire import Sender


def test_the_pools_are_large():
    """At least 20,000 surnames and given names in each part of each half, every one once."""
    for half in ("bench", "train"):
        for pool in people(half):
            assert len(pool) == len(set(pool)) >= 20_000


def test_the_halves_share_nothing():
    """No name, town, authority, opening or post that the benches send was trained on."""
    for ours, theirs in product(people("bench"), people("train")):
        assert not set(ours) & set(theirs)
    for of in (towns, authorities, reason_openings):
        assert not set(of("bench")) & set(of("train"))
    posts = [{code for desk in POSTS[half].values() for code in desk} for half in ("bench", "train")]
    assert not posts[0] & posts[1]


def test_no_symbol_is_a_whole_name():
    """The symbol tables hold pieces of names, not names."""
    names = {name for pool in people("bench") for name in pool if len(name) > 5}
    assert not names & {symbol.decode().rstrip("\0") for symbol in SYMBOLS[0]}


def test_a_check_holds_the_entropy_it_claims():
    """At least 110 bits a check, and what the docstring says to the bit."""
    together = sum(entropy().values())
    assert together >= 110
    assert f"together {together:.0f}" in str(generator.__doc__)


def test_a_post_repeats_itself_from_its_seed():
    """One seed, one traffic; another seed, another."""
    assert Post(seed=3).take(40) == Post(seed=3).take(40)
    assert Post(seed=3).take(40) != Post(seed=4).take(40)


def test_checks_are_plausible():
    """Children before parents, expiries after births, stamps that rise, and every field legal on the wire."""
    checks = Post(seed=6).take(300)
    stamps = [check.stamp for check in checks]
    assert stamps == sorted(stamps)
    birth, expiry = (field_by_name(Kind.CHECK, name).number for name in ("birth", "document_expiry"))
    for check in checks:
        assert wire.unpack_change(wire.pack_change(check)) == check
        assert from_day_number(check.fields[birth]).earliest < from_day_number(check.fields[expiry]).earliest


def test_a_reason_has_twenty_characters():
    """As the definition of an urgent bundle demands."""
    number = field_by_name(Kind.ALERT, "reason").number
    assert {len(str(alert.fields[number])) for alert in alerts(8, 200)} == {20}


@pytest.mark.parametrize(("count", "bytes_max"), [(50, 35.0), (500, 30.0)])
def test_a_bundle_of_checks_keeps_its_promise(count: int, bytes_max: float):
    """Bytes a check, sealed and signed."""
    sender, post = Sender(), Post(seed=21, desk="RS")
    assert (
        median(sender.split(post.take(count)).whole / count for _ in range(9 if count == 50 else 1))
        <= bytes_max
    )


def test_a_single_alert_keeps_its_promise():
    """220 bytes for more than half of all alerts."""
    sender = Sender()
    assert median(sender.split([alert]).whole for alert in alerts(22, 200)) <= 220


def test_pools_are_made_of_capitals():
    """Names as a machine-readable zone has them."""
    assert all(name.isascii() and name.isupper() for pool in people("bench") for name in pool)
    assert pools.half_of("PETROVIC") in ("bench", "train")
