"""`--nodule X Y Z` as three words, beside `--nodule PATH` as one."""

from collections.abc import Sequence

OPTION = "--nodule"


def with_joined_nodule(arguments: Sequence[str]) -> list[str]:
    """The arguments with three numbers after `--nodule` joined into one word.

    Args:
        arguments: the command line without the program's name.
    """
    joined: list[str] = []
    position = 0
    while position < len(arguments):
        numbers = arguments[position + 1 : position + 4]
        if arguments[position] == OPTION and len(numbers) == 3 and all(map(_is_number, numbers)):
            joined.append(f"{OPTION}={' '.join(numbers)}")
            position += 4
        else:
            joined.append(arguments[position])
            position += 1
    return joined


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
