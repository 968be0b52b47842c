"""Contenders one after the other, round by round, so that a noisy minute meets all of them."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from harness.results import Timing


def timed_in_turn(
    contenders: Mapping[str, Callable[[], Any]],
    repeats: int,
    *,
    warm_ups: int = 1,
    budget_s: float | None = None,
) -> dict[str, Timing]:
    """Times of each contender by its name.

    Args:
        contenders: what to call.
        repeats: rounds that count.
        warm_ups: rounds before them that do not.
        budget_s: a contender that has used this much is left out of later rounds, but for its first.
    """
    for _ in range(warm_ups):
        for call in contenders.values():
            call()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(repeats):
        for name, call in contenders.items():
            if budget_s is not None and seconds[name] and sum(seconds[name]) > budget_s:
                continue
            started = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - started)
    return {name: Timing(name, tuple(found)) for name, found in seconds.items()}
