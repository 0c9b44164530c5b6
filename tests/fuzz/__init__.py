"""Bent inputs for every decoder: only a KaraulaError may come out, soon, and memory stays flat.

    bending     how bytes, msgpack and text are bent, from a seed
    targets     each decoder, with good inputs to begin from
    bombs       inputs that are small and want to become large, each in a process of its own

`make test` tries a hundred thousand inputs; `python -m tests.fuzz --count 10000000` as many as one likes.
"""
