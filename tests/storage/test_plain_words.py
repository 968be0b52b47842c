"""Words of messages: singular and plural agree with the number."""

import pytest

from radiogene.storage.plain_words import counted


@pytest.mark.parametrize(("number", "words"), [(0, "0 mutants"), (1, "1 mutant"), (2, "2 mutants"), (21, "21 mutants")])
def test_the_noun_agrees_with_the_number(number, words):
    assert counted(number, "mutant") == words


def test_a_plural_of_its_own():
    assert counted(1, "try", "tries") == "1 try"
    assert counted(3, "try", "tries") == "3 tries"
    assert counted(2, "series", "series") == "2 series"
