"""Words of messages that depend on numbers."""


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """The number with its noun: "1 mutant", "2 mutants".

    Args:
        number: how many.
        noun: for one.
        nouns: for any other number; `noun` with an s where not given.
    """
    return f"{number} {noun if number == 1 else nouns or f'{noun}s'}"
