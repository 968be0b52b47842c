"""JSON of files as plain values: every way in which a text can be no JSON is one error."""

import json
from typing import Any


def parsed_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: no JSON, other bytes than UTF-8, nested deeper than any file of ours, or a number of thousands of
            digits.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested deeper than any file of ours") from error
