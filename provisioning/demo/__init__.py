"""The demo: an authority, a hub and three posts on one machine, and a story played on them.

directory  where it all lies             relay     the links, which can be cut
roster     who works where               process   the `karaula` commands that run
ceremony   identities by the real CLI    stage     all of it, running
page, browser, actors  pages as people use them, over HTTP
travellers, watchlists synthetic people and alerts
story      the whole main job, played    promises  what must hold at its end
sabotage   faults planted from outside

Invariants: nothing is done to the product that a person, a cable or a thief could not do; there is
no door for the demo in edge, hub or shared. Every name, document and plate is made up.
"""
