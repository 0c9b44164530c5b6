"""A real hub and a real node, killed again and again while people work: nothing acknowledged may be lost.

    house       the two processes, made by the commands an engineer types, on a disk
    people      an officer and an operator who know exactly what a page has told them was saved
    ordeal      SIGKILLs at chosen moments, and restarts
    reckoning   what was promised against what stands in the stores

The kernel keeps what a killed process wrote: this proves recovery, not fsync. `tests/simulation` tears files.
"""
