"""Hardware and versions, as they stand beside every result."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

CPUINFO = Path("/proc/cpuinfo")
MEMINFO = Path("/proc/meminfo")

VECTOR_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
"""What decides how fast float32, bf16 and int8 can be."""


def machine_facts(packages: Sequence[str]) -> dict[str, Any]:
    """The processor, its cores and memory, and the versions of these packages; nothing names the machine.

    Args:
        packages: names of distributions; one that is absent is given as "absent".
    """
    cpu = _cpu_facts()
    return {
        "processor": cpu.get("model name", platform.machine()),
        "vector_instructions": [flag for flag in VECTOR_FLAGS if flag in cpu.get("flags", "").split()],
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": _memory_gib(),
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in sorted({"radiogene", "numpy", *packages})},
    }


def _cpu_facts() -> dict[str, str]:
    """Key and value of the first processor."""
    if not CPUINFO.exists():
        return {}
    first = CPUINFO.read_text(encoding="utf-8").split("\n\n")[0]
    pairs = (line.split(":", 1) for line in first.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def _memory_gib() -> float | None:
    """Memory of the machine."""
    if not MEMINFO.exists():
        return None
    return round(int(MEMINFO.read_text(encoding="utf-8").split()[1]) / 2**20, 1)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"
