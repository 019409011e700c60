"""A stand-in for CAISO's OASIS: the same answers with made-up prices, on loopback only.

It imports nothing else from this project, so that it can't share a mistake with the parser.
"""
