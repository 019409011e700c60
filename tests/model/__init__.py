"""A model of the way of a price: workers, database, bus, web processes and readers, with faults.

What decides is the project's own: `prices.batch` and `prices.versions`, what `prices.history` and
`prices.feed` make of it, and `live.cursor`. What does (rows, locks, sockets) is modelled;
every `yield` is a moment at which anything else may happen. An LMP is the number of its version,
and a step of the clock a second, so that a seed takes about two milliseconds.
"""
