"""A model of the way of a price: workers, database, bus, web processes and readers, with faults.

What decides is the project's own: `prices.versions`, `prices.batch` and `live.cursor`.
What does (rows, locks, sockets) is modelled; every `yield` is a moment at which anything else may
happen. Numbers stand for moments and prices, so that a seed takes about a millisecond.
"""
