"""A hub restored from an old backup: nothing that anybody was told is lost, and nothing is there twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shared import segment
from shared.errors import ConfigError, RemoteError
from shared.ids import node_of_dot
from shared.session import read_question
from tests.restore.centre import Lost


def test_nothing_is_lost_that_an_old_backup_lacks(house: Lost):
    """Older than a prekey rotation, a revocation and an operator's alert: the posts bring all of it back."""
    klobuk, dobrakovo, gostun = house.posts
    house.talk()
    house.capture(klobuk, 3)
    house.talk()
    keys = house.centre.identity.keys
    backup = house.back_up()
    house.capture(klobuk, 2)
    house.operators.raise_alert()
    house.operators.correct_check()
    house.pass_week()
    house.revoke(1, 77)
    house.talk()
    house.capture(dobrakovo, 2)
    house.talk()
    alerts = {post.name: post.look("SELECT * FROM alert_record ORDER BY id") for post in house.posts}
    shown = house.centre.look("SELECT * FROM check_record ORDER BY id")
    hits = house.count("hit_record")

    house.restore(backup, number=20, keys=keys)
    assert house.count("alert_record") == 0
    assert house.count("check_record") == 3
    house.capture(gostun)
    house.talk()
    house.talk()

    assert house.centre.look("SELECT max(generation), max(node) FROM life") == [(20, 20)]
    assert house.centre.look("SELECT number FROM meta WHERE name = 'revocations_number'") == [(1,)]
    assert house.centre.hub.ring.current == 20 << 10
    assert house.count("alert_record") == 1
    now = house.centre.look("SELECT * FROM check_record ORDER BY id")
    assert [row for row in now if node_of_dot(int(str(row[0]))) != gostun.number] == shown
    assert len(now) == len(shown) + 1
    assert house.count("hit_record") - house.count("hit_record WHERE id >> 42 = 2000000") <= hits
    for post in house.posts:
        assert post.look("SELECT * FROM alert_record ORDER BY id") == alerts[post.name]
        assert post.look("SELECT generation FROM hub_state") == [(20,)]
        assert post.look("SELECT prekey FROM hub_state") == [(20 << 10,)]
        assert house.queue(post) == 0
    twice = house.centre.look("SELECT change FROM refused_change_record GROUP BY change HAVING count(*) > 1")
    assert twice == []
    assert house.count("quarantine") == 0


def test_what_was_sealed_to_a_prekey_that_is_gone_is_sealed_anew(house: Lost):
    """The key file is as old as the backup; the bundle in the queue names a number it never had."""
    klobuk = house.klobuk
    house.talk()
    keys = house.centre.identity.keys
    backup = house.back_up()
    for _ in range(6):
        house.pass_week()
        house.talk(klobuk)
    house.capture(klobuk)
    klobuk.node.sealer.seal(link_appeared=True)
    (sealed,) = klobuk.look("SELECT prekey FROM sealed ORDER BY id DESC LIMIT 1")[0]
    old = max(keys.prekeys)
    house.restore(
        backup, keys=keys.without_prekeys(frozenset(n for n in keys.prekeys if n >= int(str(sealed))))
    )
    assert int(str(sealed)) <= old + 6
    house.talk(klobuk)
    house.talk(klobuk)
    assert (house.checks(), house.queue(klobuk), house.count("quarantine")) == (1, 0, 0)


def test_no_number_of_a_prekey_is_given_to_another_key(house: Lost):
    """A post keeps the first key of a number: the restored hub numbers on where no life had been."""
    house.talk()
    keys = house.centre.identity.keys
    backup = house.back_up()
    for _ in range(6):
        house.pass_week()
    house.talk()
    known = dict(house.klobuk.look("SELECT number, key FROM prekey"))  # type: ignore[arg-type]  # pairs
    house.restore(backup, keys=keys)
    house.talk()
    ring = house.centre.hub.ring
    for number in (ring.current, *(ring.current + ahead for ahead in range(1, 5))):
        private = ring.private(number)
        assert private is not None
        assert number not in known
    assert known.items() <= dict(house.klobuk.look("SELECT number, key FROM prekey")).items()  # type: ignore[arg-type]  # pairs
    assert house.klobuk.look("SELECT max(number) FROM prekey")[0][0] == ring.current + 4


def test_what_is_given_back_reaches_posts_that_never_had_it(house: Lost):
    """The alert was heard at one post only before the centre was lost; in the new life all hear of it."""
    house.talk()
    backup = house.back_up()
    house.operators.raise_alert()
    while not house.centre.look("SELECT 1 FROM scope WHERE name = 'all' AND position > 0"):
        house.operators.raise_alert()
    house.talk(house.klobuk)
    (held,) = house.klobuk.look("SELECT count(*) FROM alert_record")[0]
    house.restore(backup)
    house.talk(house.dobrakovo)
    assert house.dobrakovo.look("SELECT count(*) FROM alert_record") == [(0,)]
    house.talk(house.klobuk)
    house.talk(house.dobrakovo, house.gostun)
    everybody = house.klobuk.look("SELECT count(*) FROM held WHERE scope = 'all'")
    assert int(str(held)) > 0
    assert house.dobrakovo.look("SELECT count(*) FROM held WHERE scope = 'all'") == everybody
    assert house.gostun.look("SELECT count(*) FROM held WHERE scope = 'all'") == everybody


@pytest.mark.parametrize("seen", [True, False], ids=["a life of the backup", "a life no backup saw"])
def test_the_post_of_a_late_hit_that_came_back_hears_what_becomes_of_it(house: Lost, *, seen: bool):
    """The centre found it, told the post of the check, and was lost: the restored one has it from that post,
    and tells it what a desk decides."""
    klobuk = house.klobuk
    house.capture(klobuk)
    house.talk(klobuk)
    backup = house.back_up()
    if not seen:
        house.restore(backup, number=20)
    hit = house.find_late(klobuk)
    house.talk()
    house.restore(backup, number=21)
    house.talk(klobuk)
    assert (house.outcome(house.centre, hit), house.outcome(klobuk, hit)) == ("possible", "possible")
    house.settle(hit)
    house.talk()
    assert house.outcome(klobuk, hit) == "confirmed"
    assert (house.outcome(house.dobrakovo, hit), house.outcome(house.gostun, hit)) == (None, None)


def test_an_alert_leaves_those_to_whom_only_the_lost_life_had_said_it(house: Lost):
    """Opened to everybody after the backup, held back by its desk after the restore: the opening comes back,
    and who heard the alert by it lets go."""
    klobuk = house.klobuk
    house.capture(klobuk)
    house.talk()
    alert = house.alert_for(klobuk)
    house.talk()
    backup = house.back_up()
    house.change(alert, {"audience": None})
    house.talk()
    holding = "SELECT id FROM alert_record"
    assert [post.look(holding) for post in house.posts] == [[(alert,)]] * 3
    house.restore(backup)
    house.change(alert, {"handling": "H3"})
    house.talk()
    house.talk()
    assert house.centre.look("SELECT audience, handling FROM alert_record") == [(None, "H3")]
    assert [post.look(holding) for post in house.posts] == [[(alert,)], [], []]


def test_later_posts_send_what_is_still_lacking(house: Lost):
    """Each post is told how far the hub has its scopes: the second does not send the first one's again."""
    house.talk()
    backup = house.back_up()
    for _ in range(3):
        house.operators.raise_alert()
        house.talk()
    house.restore(backup)
    house.talk()
    asked = house.centre.look("SELECT device, detail FROM audit WHERE action = 'given_back' ORDER BY number")
    assert asked, "nothing was given back"
    assert all(not str(detail).startswith("0 ") for _, detail in asked)
    for post in house.posts:
        owed = post.look("SELECT count(*) FROM feed_segment WHERE generation < 20 AND returned < 20")
        assert owed == [(0,)]


def test_a_contact_in_the_steady_state_gives_nothing_back(house: Lost):
    """Once all is there, questions and answers are as short as ever."""
    house.talk()
    backup = house.back_up()
    house.operators.raise_alert()
    house.talk()
    house.restore(backup)
    house.talk()
    house.talk()
    questions = []

    def watched(question: bytes) -> bytes:
        questions.append(question)
        return house.centre.hub.exchange(question)

    house.klobuk.node.round.run(watched)
    assert [read_question(each).returned for each in questions] == [None]


def test_two_restores_of_one_backup_share_no_generation(house: Lost):
    """Restored, worked with, lost, and restored from the same backup again: what both had said comes back."""
    klobuk = house.klobuk
    house.talk()
    backup = house.back_up()
    house.operators.raise_alert()
    house.talk()
    house.restore(backup, number=20)
    house.operators.raise_alert()
    house.talk()
    house.talk()
    assert house.count("alert_record") == 2
    house.restore(backup, number=21)
    house.talk()
    house.talk()
    assert klobuk.look("SELECT generation FROM hub_state") == [(21,)]
    assert house.count("alert_record") == 2
    assert house.centre.look("SELECT generation FROM life ORDER BY 1") == [(1,), (20,), (21,)]


def test_a_backup_does_not_start_under_its_old_number(house: Lost):
    """Put back by hand, with the certificate of the lost hub beside it, it says what to do instead."""
    house.talk()
    backup = house.back_up()
    with pytest.raises(ConfigError) as told:
        house.restore(backup, number=1)
    assert told.value.code == "backup_started"


def test_a_certificate_that_is_older_than_the_database_starts_nothing(house: Lost):
    """The number only rises."""
    house.talk()
    house.restore(house.back_up(), number=20)
    house.talk()
    with pytest.raises(ConfigError) as told:
        house.restore(house.back_up(), number=19)
    assert told.value.code == "older_certificate"


def test_a_damaged_segment_is_refused_and_stores_nothing(house: Lost):
    """A bit of it, another hub's signature, or one of this life: a code each, and the hub is as it was."""
    house.talk()
    backup = house.back_up()
    house.operators.raise_alert()
    house.talk()
    originals = house.originals(house.klobuk)
    house.restore(backup)
    before = (
        house.count("alert_record"),
        house.count("past_scope"),
        house.centre.look("SELECT * FROM scope"),
    )
    (raw, signature), *_ = originals[::-1]
    bent = raw[:-1] + bytes((raw[-1] ^ 1,))
    assert house.take([(bent, signature)]) == ["bad_signature"]
    assert house.take([(raw, bytes(64))]) == ["bad_signature"]
    after = (house.count("alert_record"), house.count("past_scope"), house.centre.look("SELECT * FROM scope"))
    assert after == before
    house.talk()
    house.talk()
    fresh = [pair for pair in house.originals(house.klobuk) if _generation(house, *pair) == 20]
    assert fresh
    assert set(house.take(fresh)) == {"not_of_the_past"}


def test_a_segment_that_comes_twice_is_taken_once(house: Lost):
    """Given back by two posts, or again after a cut: the second time nothing is new, and nothing is said."""
    house.talk()
    backup = house.back_up()
    house.operators.raise_alert()
    house.operators.appoint()
    house.talk()
    originals = [pair for post in house.posts for pair in house.originals(post)]
    house.restore(backup)
    assert house.take(originals) == []
    held = house.centre.look("SELECT name, position FROM scope ORDER BY name")
    assert house.take(originals) == []
    assert house.centre.look("SELECT name, position FROM scope ORDER BY name") == held


def test_a_refusal_of_an_earlier_life_is_not_said_again(house: Lost):
    """The refused change comes again with its bundle, after the hub's old word on it: one refusal stands."""
    from tests.simulation import mischief

    house.talk()
    backup = house.back_up()
    mischief.claim_foreign_record(house.klobuk, house.klobuk.chance)
    house.talk()
    house.talk()
    assert house.count("refused_change_record") == 1
    house.restore(backup)
    house.talk()
    house.talk()
    assert house.count("refused_change_record") == 1
    assert house.count("refused") == 1
    assert house.count("incident_record") == 0


def test_a_post_keeps_what_a_backup_lacks(house: Lost):
    """An old ack does not count once the hub was restored from before it: its next backup may lack it too."""
    klobuk = house.klobuk
    house.talk()
    backup = house.back_up()
    house.capture(klobuk)
    house.talk(klobuk)
    assert klobuk.look("SELECT count(*) FROM ack_mark WHERE lane = 1") == [(1,)]
    house.restore(backup)
    sent = klobuk.node.round
    sent._careful = True  # a hello alone, after which the link fails
    with pytest.raises(InterruptedError):
        sent.run(house.once())
    assert klobuk.look("SELECT count(*) FROM ack_mark WHERE lane = 1") == [(0,)]


def test_a_post_the_backup_did_not_know_is_let_in_at_once(house: Lost):
    """Its first contact was after the backup: it shows its certificate in the same round."""
    house.talk(house.klobuk)
    backup = house.back_up()
    house.capture(house.gostun)
    house.talk(house.gostun)
    house.restore(backup)
    house.talk(house.gostun)
    assert house.checks() == 1


def _generation(house: Lost, raw: bytes, signature: bytes) -> int:
    identity = house.centre.identity
    return segment.read(raw, signature, hub=identity.tag, key=identity.keys.sign.verify_key).generation


def test_a_hub_put_back_by_hand_is_told_at_the_posts_and_at_the_console(house: Lost, tmp_path: Path):
    """An image of its disk, no backup, under the old certificate: a post believes nothing of it, and it hears
    from the post that it is behind."""
    house.talk()
    house.centre.hub.checkpoint()
    shutil.copy(house.centre.disk.path, tmp_path / "image")
    while not house.centre.look("SELECT 1 FROM scope WHERE name = 'all' AND position > 0"):
        house.operators.raise_alert()
    house.talk(house.klobuk)
    house.centre.restore(tmp_path / "image", house.centre.identity)
    before = house.state_of(house.klobuk)
    with pytest.raises(RemoteError, match="feed_rolled_back"):
        house.talk(house.klobuk)
    assert house.state_of(house.klobuk) == before
    assert house.centre.look("SELECT count(*) FROM meta WHERE name = 'behind_its_posts'") == [(1,)]
