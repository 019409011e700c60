"""What `make setup` runs first: refuses an old Python in one sentence, else sets up the clone.

An old Python must be able to read this file, so it uses nothing newer than 3.6.
"""

import sys


def refuse_an_old_python(major: int, minor: int) -> None:
    if (major, minor) < (3, 11):
        sys.exit(
            f"CAISO Live needs Python 3.11 or newer and this is {major}.{minor}: "
            "name another one, for example make run PYTHON=python3.11."
        )


if __name__ == "__main__":
    refuse_an_old_python(*sys.version_info[:2])

    from deploy import installation

    sys.exit(installation.main(sys.argv[1:]))
