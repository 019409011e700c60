"""Every figure of `/metrics`: what it is called and tells, and the bound of each label. Pure.

What is not in here can't be counted or shown, and no label takes more values than is said here:
whatever else it is given counts as `other`.
"""
