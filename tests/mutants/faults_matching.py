"""Planted faults in matching: each makes somebody missed, or somebody bothered who should not be."""

# ruff: noqa: E501 - a piece of source to replace is quoted as it stands

from __future__ import annotations

from typing import Final

from tests.mutants.plant import Mutant

MATCHING: Final = "matching finds them, and says why"

MUTANTS: Final = (
    Mutant(
        name="swapped-date-hits",
        promise=MATCHING,
        path="shared/matching/evidence.py",
        old="        return self.birth.relation is Relation.EQUAL and (self.exact or self.bits >= HIT_BITS)\n",
        new="        return self.birth.relation in {Relation.EQUAL, Relation.SWAPPED} and (self.exact or self.bits >= HIT_BITS)\n",
        tests=("tests/shared/matching/test_evidence.py", "tests/edge/test_matching.py"),
    ),
    Mutant(
        name="weak-discreet-match-shown",
        promise=MATCHING,
        path="shared/ledger/concern.py",
        old="    if discreet and match.verdict is not Verdict.HIT:\n        return None\n",
        new="",
        tests=("tests/edge/test_matching.py",),
    ),
    Mutant(
        name="cut-name-taken-for-whole",
        promise=MATCHING,
        path="shared/matching/likeness.py",
        old="    for short, whole in ((one, other), (other, one)):\n        if short.cut",
        new="    for short, whole in ():\n        if short.cut",
        tests=("tests/shared/matching/test_names.py",),
    ),
    Mutant(
        name="cap-drops-the-exact-person",
        promise=MATCHING,
        path="shared/ledger/person_index.py",
        old="        chosen = nlargest(most, votes, key=lambda entry: (votes[entry], -entry))\n",
        new="        chosen = sorted(votes)[:most]\n",
        tests=("tests/shared/ledger/test_person_index.py",),
    ),
    Mutant(
        name="cleared-pair-raised-again",
        promise=MATCHING,
        path="shared/ledger/concern.py",
        old='            "person_key = ? AND alert = ? AND alert_dot = ? AND owner IN (?, ?) AND until IS NULL",\n',
        new='            "person_key = ? AND alert = ? AND alert_dot > ? AND owner IN (?, ?) AND until IS NULL",\n',
        tests=("tests/edge/test_matching.py",),
    ),
    Mutant(
        name="cleared-for-ever",
        promise=MATCHING,
        path="shared/ledger/concern.py",
        old='            "person_key = ? AND alert = ? AND alert_dot = ? AND owner IN (?, ?) AND until IS NULL",\n',
        new='            "person_key = ? AND alert = ? AND alert_dot <= ? AND owner IN (?, ?) AND until IS NULL",\n',
        tests=("tests/edge/test_matching.py",),
    ),
    Mutant(
        name="namesake-cleared-too",
        promise=MATCHING,
        path="shared/matching/matcher.py",
        old='    return _key("who", f"{issuer}|{number}|{name}|{subject.birth}")\n',
        new='    return _key("who", f"{name}|{subject.birth}")\n',
        tests=("tests/edge/test_matching.py", "tests/shared/matching/test_matcher.py"),
    ),
    Mutant(
        name="nationality-as-a-filter",
        promise=MATCHING,
        path="shared/matching/evidence.py",
        old="    birth = compare_births(ours.birth, theirs.birth)\n    sex,",
        new="    if ours.nationality and theirs.nationality and ours.nationality != theirs.nationality:\n        return None\n    birth = compare_births(ours.birth, theirs.birth)\n    sex,",
        tests=("tests/shared/matching/test_evidence.py",),
    ),
    Mutant(
        name="look-alike-number-hits",
        promise=MATCHING,
        path="shared/matching/matcher.py",
        old="        return None if foreign else (Verdict.POSSIBLE, Ground.DOCUMENT, because, _LOOKS_ALIKE)\n",
        new="        return None if foreign else (Verdict.HIT, Ground.DOCUMENT, because, _LOOKS_ALIKE)\n",
        tests=("tests/shared/matching/test_matcher.py",),
    ),
    Mutant(
        name="typo-counts-as-exact",
        promise=MATCHING,
        path="shared/matching/evidence.py",
        old="        exact = exact and pair.likeness.rule in _SURE_RULES\n",
        new="",
        tests=("tests/shared/matching/test_evidence.py", "tests/edge/test_matching.py"),
    ),
    Mutant(
        name="withdrawn-person-stays-filed",
        promise=MATCHING,
        path="edge/store/watch.py",
        old="    _WANTED.put(tx, alert, wanted.person if wanted is not None else None)\n",
        new="    if wanted is not None:\n        _WANTED.put(tx, alert, wanted.person)\n",
        tests=("tests/edge/test_matching.py",),
    ),
    Mutant(
        name="retro-check-by-equal-keys-alone",
        promise=MATCHING,
        path="edge/store/watch.py",
        old="    found.update(filed.owner for filed, _ in _SEEN.find(tx, person_in(subject)).found)\n",
        new="",
        tests=("tests/edge/test_matching.py",),
    ),
    Mutant(
        name="list-scanned-for-a-stranger",
        promise=MATCHING,
        path="edge/store/watch.py",
        old="    if not found:  # most travellers; an empty list among the conditions would have every alert read\n        return Candidates(alerts=[], cut=cut)\n",
        new="",
        tests=("tests/edge/test_matching.py",),
    ),
    Mutant(
        name="number-on-every-alert-read-whole",
        promise=MATCHING,
        path="edge/store/watch.py",
        old="(key, _ALERTS_OF_A_NUMBER_MAX + 1)\n        ).fetchall()\n        cut = cut or len(sharing) > _ALERTS_OF_A_NUMBER_MAX\n        found.update(alert for (alert,) in sharing[:_ALERTS_OF_A_NUMBER_MAX])",
        new="(key, 1_000_000)\n        ).fetchall()\n        cut = cut or len(sharing) > _ALERTS_OF_A_NUMBER_MAX\n        found.update(alert for (alert,) in sharing)",
        tests=("tests/edge/test_matching.py",),
    ),
    Mutant(
        name="day-of-birth-crowds-out-the-names",
        promise=MATCHING,
        path="shared/ledger/person_index.py",
        old="                promising += _VOTE_SHARE * votes[row[0]]\n",
        new="                promising += _VOTE_SHARE * _VOTE_MIN\n",
        tests=("tests/shared/ledger/test_person_index.py",),
    ),
    Mutant(
        name="word-too-many-costs-nothing",
        promise=MATCHING,
        path="shared/matching/evidence.py",
        old="    total -= _CONFLICT * left[0] + _EXTRA * (left[1] - left[0])\n",
        new="    total -= _CONFLICT * left[0]\n",
        tests=("tests/shared/matching/test_evidence.py",),
    ),
    Mutant(
        name="words-joined-only-where-written-alike",
        promise=MATCHING,
        path="shared/matching/alignment.py",
        old="            if OSA.normalized_similarity(written, other.plain) < _JOIN_WORTH_A_LOOK:\n",
        new="            if OSA.normalized_similarity(written, other.plain) < 0.95:\n",
        tests=("tests/shared/matching/test_names.py",),
    ),
    Mutant(
        name="slip-in-the-year-taken-for-another-date",
        promise=MATCHING,
        path="shared/matching/birth.py",
        old="    if year + month + day == 2:",
        new="    if year and month + day == 1:",
        tests=("tests/shared/matching/test_keys.py", "tests/shared/matching/test_evidence.py"),
    ),
)
