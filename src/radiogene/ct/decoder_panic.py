"""Decoders written in Rust end by a panic, which Python shows as an exception that no `except Exception` sees."""

from collections.abc import Iterator
from contextlib import contextmanager

PANIC_MODULE = "pyo3_runtime"
"""Where PanicException says that it comes from; it cannot be imported."""


@contextmanager
def decoder_panics_as_errors() -> Iterator[None]:
    """A block in which a decoder's panic over damaged pixels is an error like any other.

    Without it one corrupt slice would end a batch of thousands.

    Raises:
        ValueError: the decoder of pylibjpeg-rle panicked.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__module__ != PANIC_MODULE:
            raise
        raise ValueError(f"the decoder gave up: {error}") from error
