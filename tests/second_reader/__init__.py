"""The wire and the merge, written a second time from `docs/wire.md` and `docs/merge.md`.

Invariants: nothing here but `test_against_the_product` imports `shared`; of the product the rest reads only
the data that the documents point to, as files. Where the two differ, one of them or the page is wrong.
"""
