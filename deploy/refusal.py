"""The sentence shown when CAISO Live can't be set up or run."""


class Refused(Exception):
    """Holds the whole sentence: what is wrong and what to do about it."""


def sentence_of(problem: OSError) -> str:
    where = f"{problem.filename}: " if problem.filename else ""
    return f"CAISO Live can't write what it needs: {where}{problem.strerror}."
