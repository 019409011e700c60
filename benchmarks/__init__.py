"""`make bench`: what is measured, each beside a floor from the same run.

A module without `measure` runs as a program of its own and answers in JSON, so that one
measurement can't warm up or burden another.
"""
