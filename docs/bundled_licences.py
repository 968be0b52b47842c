"""What is known of licences that no metadata says: spellings, libraries inside wheels, and mentions that were read."""

GCC_RUNTIME = "GPL-3.0-or-later WITH GCC-exception-3.1"
NVIDIA = "LicenseRef-NVIDIA"

SPELLINGS = {
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}
"""SPDX's name of a licence by what `License` or a classifier of the metadata says."""

READ_BY_HAND = {
    "matplotlib": "PSF-2.0",
    "protobuf": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 AND BSD-3-Clause",
    "skops": "MIT",
}
"""By package, where the metadata gives no name, several, or another than the licence file."""

LIBRARIES = {
    r"lib(gfortran|gomp)": GCC_RUNTIME,
    r"libquadmath": "LGPL-2.1-or-later",
    r"lib(scipy_)?openblas(64_)?": "BSD-3-Clause",
    r"lib(cudart|nvjpeg)": NVIDIA,
    r"lib(Xau|xcb|harfbuzz|lcms2|gif|deflate|meshoptimizer|lzokay|brotli\w+)": "MIT",
    r"lib(aom|openjp2|avif|jpegxr|jxrglue|lz4|openjph|aec|sz)": "BSD-2-Clause",
    r"lib(webp\w*|sharpyuv|jxl\w*|blosc2?|charls|crc32c|lzfse|SZ3c|snappy|zfp|hwloc)": "BSD-3-Clause",
    r"lib(Lerc|SPERR|cpcodec|uhdr|zopfli|tbb\w*)": "Apache-2.0",
    r"libfreetype": "FTL OR GPL-2.0-or-later",
    r"liblzham\w+": "Unlicense",
    r"libjpeg": "IJG AND BSD-3-Clause",
    r"liblzma": "0BSD",
    r"libpng16": "libpng-2.0",
    r"libtiff": "libtiff",
    r"libz": "Zlib",
    r"libzstd": "BSD-3-Clause OR GPL-2.0-only",
}
"""SPDX's name of the licence of a library that wheels carry, by a pattern of its file's name."""

OWN_LIBRARIES = {
    "onnxruntime": r"libonnxruntime\w*",
    "openvino": r"libopenvino\w*",
    "pyarrow": r"lib(arrow|parquet)\w*",
    "torch": r"lib(c10|torch\w*|shm|aoti_custom_ops|backend_with_compiler|jitbackend_test)",
}
"""Libraries that are the package itself."""

INSIDE = {
    "grpcio": ("Mozilla's list of root certificates", "MPL-2.0"),
    "ml-dtypes": ("Eigen", "MPL-2.0"),
    "onnxruntime": ("Eigen", "MPL-2.0"),
    "setuptools": ("autocommand", "LGPL-3.0-or-later"),
}
"""Parts that are no file of their own, by package, as its licence files say."""

MENTIONS_READ = {
    "aiohappyeyeballs": "the text of Python's own licence compares itself with the GPL",
    "botocore": "a list of certificates that it no longer carries",
    "imagecodecs": "LZF allows the GPL as another choice",
    "matplotlib": "FreeType is under the FreeType License or the GPL: the first is taken",
    "numpy": "the GCC runtime, whose text is given whole",
    "openvino": "liburing is under the LGPL or MIT: the second is taken; oneTBB names tools of its documentation",
    "pillow": "FreeType is under the FreeType License or the GPL; xz's LGPL holds for a tool that is not carried",
    "pyarrow": "LLVM's exception names the GPL",
    "pygments": "a list of authors names languages",
    "scikit-learn": "the GCC runtime, whose exception is given",
    "scipy": "the GCC runtime, whose text is given whole",
    "setuptools": "validate-pyproject, of which it carries generated files under MIT",
    "torch": "LLVM's exception names the GPL; the tests of cpr are under it, and are not carried",
    "tqdm": "its own licence",
    "typing-extensions": "the text of Python's own licence compares itself with the GPL",
}
"""Packages whose licence files name the GPL, LGPL, AGPL or MPL, and what was found on reading them."""

DUTIES = {
    GCC_RUNTIME: (
        "The exception lets programs of any licence use and carry the runtime of GCC. Whoever passes the library "
        "itself on passes on its licence text and offers its source."
    ),
    "LGPL-2.1-or-later": (
        "A library of its own that a user may replace, used unchanged. Whoever passes it on passes on the licence text "
        "and offers its source."
    ),
    "LGPL-3.0-or-later": (
        "Python source that a user may replace, used unchanged. Whoever passes it on passes on the licence text."
    ),
    "MPL-2.0": "Files that are changed stay under MPL 2.0 with their source; radiogene changes none of them.",
    NVIDIA: "Not free software: may be passed on within an application under NVIDIA's terms only.",
}
"""What a licence asks of whoever ships an installation, beside keeping its text."""
