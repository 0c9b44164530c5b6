"""A whole border in one process: posts, the centre, and everything that goes wrong between them.

What runs is what is shipped: stores on real SQLCipher files, sealer, inbox, session, merger, feed, replica,
booth. Replaced are the clocks, the randomness, the network, and the file layer where power fails. A world is
a function of its seed. It ends by healing everything and checking that no promise was broken.

    chance      the seed's randomness, and the tally of faults that fired
    power       connections that die at a chosen step, and what the disk then holds
    papers      one authority, one hub and three posts, the same in every world
    machine     a post or the centre as a computer: booted, cut off, booted again
    network     the link that loses, repeats, delays and damages
    people      officers and operators at work
    mischief    what a careless or hostile hand does
    areas/      what each part of the product adds: a module there joins every world
    world       a run: shuffled steps, then peace
    verdict     the checks at the end

Faults are not simulated below SQLite: a disk that lies about fsync is outside.
"""
