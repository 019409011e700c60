"""A stand-in for CAISO's OASIS: the same answers, made-up prices, on loopback only.

It imports nothing else of this project, so that it cannot share a mistake with the parser.
"""
