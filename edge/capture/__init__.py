"""From a typed form to the values of a check: pure, every problem of every field at once.

fields    one field: text to value, or a problem beside it
zone      the machine-readable zone: what it gives the record, what the page shows
case      the whole form
notes     what an officer should look at, and nothing stops
decision  which decisions are open, and what each demands
amend     a correction after save
"""
