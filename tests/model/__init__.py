"""A model of how a price travels: workers, database, bus, web processes and readers, with faults.

The code that decides is the project's own: `prices.batch` and `prices.versions`, what
`prices.history` and `prices.feed` make of them, and `live.cursor`. Rows, locks and sockets are
modelled. At every `yield` anything else may happen. An LMP is the number of its version, and a
step of the clock is a second; a seed takes about two milliseconds.
"""
