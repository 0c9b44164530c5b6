"""The look that both sides share: colours, type, shapes and the theme switch, as files to serve.

Job: be the one place of what Karaula looks like. `static/` holds tokens and base styles, `templates/design/`
the drawn signs; each app serves them under `/design`, as they are, and adds its own sheet on top.

Invariants
* A verdict is told three ways: by a word, a colour and a shape. Never by one of them alone.
* Every colour is a token, given twice: for day and for night.
* Text reaches 7:1 on its ground, edges of controls 3:1; what is pressed is at least 48 px high.
* Nothing is fetched from elsewhere: the fonts are the machine's own.
Must not know: pages, records, who is looking.
"""
