"""A loaded list at work: it answers, says its age, meets earlier checks, and is swapped again and again."""

from __future__ import annotations

from edge.booth import Booth
from edge.loading import Loader
from edge.node import EdgeNode
from edge.screen import Session
from edge.store import past_list
from tests.edge.lists import load_whole, snapshot_of, until_switch
from tests.edge.posts import Post, rows
from tests.edge.test_cases import admit, capture
from tests.edge.test_loading import beside, left_over, listed, persons


def test_an_earlier_check_is_run_against_the_new_list(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """The traveller left before the list came: one late hit, however often the last step is repeated."""
    admit(booth, session)
    post.centre.alert(document_number="L898902C3")
    made, loader = snapshot_of(post.centre), Loader(node.kit)
    until_switch(loader, made)
    assert rows(node, "SELECT count(*) FROM hit_record") == [(0,)]
    again = rows(node, "SELECT phase, done FROM snapshot_load")
    loader.tend()
    node.kit.database.connection().execute("UPDATE snapshot_load SET phase = ?, done = ?", again[0])
    while loader.tend():
        pass
    assert rows(node, "SELECT late FROM hit_record") == [(1,)]


def test_a_loaded_list_answers_checks_and_says_its_age(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """The next traveller is found; the age stands from when the hub made the file."""
    post.centre.alert(document_number="L898902C3")
    load_whole(node, snapshot_of(post.centre))
    post.dial.pass_ms(3 * 3_600_000)
    answer = booth.look(session, capture(booth, session)).answer
    assert answer is not None
    assert (answer.verdict, answer.list.text) == ("hit", "3 h 0 min")


def test_a_file_that_was_long_on_its_way_makes_no_time_certain(post: Post, node: EdgeNode):
    """A week-old stick says how old its list is at least; it does not turn the clock into a suspect."""
    post.centre.alert(document_number="D1")
    made = snapshot_of(post.centre)
    post.dial.pass_ms(7 * 86_400_000)
    woken = post.node()  # never heard the hub
    load_whole(woken, made)
    status = woken.reporter.status()
    assert woken.kit.time.at_least_ms == made.manifest.made_ms
    assert (status.clock, woken.kit.time.certain, status.list.at_least) == ("ok", False, True)


def test_indexes_come_along_however_often_a_list_is_swapped(post: Post, node: EdgeNode):
    """Each table of the list has its indexes after every load; nothing of the old ones is left."""
    question = "SELECT i.name, x.name FROM sqlite_master t, pragma_index_list(t.name) i, "
    question += (
        "pragma_index_info(i.name) x WHERE t.type = 'table' AND t.name LIKE 'wanted%' AND i.origin = 'c'"
    )
    for place in range(3):
        post.centre.alert(surname=f"Synthetic{place}", given_names="Person")
        load_whole(node, snapshot_of(post.centre))
        assert [column for _, column in rows(node, question)] == ["owner"]
        assert left_over(node) == []
    beside_it = beside(post)
    assert (listed(node), persons(node)) == (listed(beside_it), persons(beside_it))


def test_a_person_is_found_by_a_name_spelled_otherwise(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """What the matcher finds by its own index is in the loaded list too."""
    post.centre.alert(surname="Ериксон", given_names="Ана Марија", birth="1974-08-12", sex="F")
    load_whole(node, snapshot_of(post.centre))
    answer = booth.look(session, capture(booth, session)).answer
    assert answer is not None
    assert answer.verdict in ("hit", "possible")


def test_an_old_list_on_which_hundreds_share_their_keys_goes_to_the_end(post: Post, node: EdgeNode):
    """Three hundred namesakes born on one day: more than are cleared at once, and still the end comes."""
    for number in range(300):
        post.centre.alert(
            surname="Synthetic", given_names="Person", birth="1980-01-02", document_number=f"D{number}"
        )
    load_whole(node, snapshot_of(post.centre, per_block=100))
    post.centre.alert(surname="Another")
    loader, ticks = Loader(node.kit), 0
    until_switch(loader, snapshot_of(post.centre, per_block=100))
    with node.kit.database.transaction() as tx:  # a step looks at the clock between such slices
        while past_list.clear(tx, past_list.PAST, count=200):
            ticks += 1
            assert ticks < 100
    while loader.tend():
        pass
    assert left_over(node) == []


def test_what_was_erased_here_leaves_no_name_behind(post: Post, node: EdgeNode):
    """A list that still has somebody erased here by another list: no row, no key, no name is kept."""
    gone = post.centre.alert(surname="Erased", given_names="Person", birth="1980-01-02", document_number="D1")
    kept = post.centre.alert(surname="Other", given_names="Person", birth="1981-01-02", document_number="D2")
    made = snapshot_of(post.centre)
    with node.kit.database.transaction() as tx:
        tx.execute("INSERT INTO purged (record) VALUES (?)", (gone,))
    load_whole(node, made)
    assert rows(node, "SELECT DISTINCT alert FROM watch_key") == [(kept,)]
    assert rows(node, "SELECT owner FROM wanted_entry") == [(kept,)]
    assert rows(node, "SELECT persons FROM wanted_total") == [(1,)]
    assert rows(node, "SELECT id FROM alert_record") == [(kept,)]
