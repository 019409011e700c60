"""What `make bench` measures, each beside its floor in the same run.

A module without `measure` is run as a program of its own, so that one measurement can't warm or
burden another; it answers in JSON.
"""
