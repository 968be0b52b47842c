"""Words made harmless for LaTeX."""

import unicodedata

SPECIAL = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    '"': "''",
}

SYMBOLS = {
    "−": "$-$",
    "–": "--",
    "—": "---",
    "×": r"$\times$",
    "±": r"$\pm$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "·": r"$\cdot$",
    "°": r"$^{\circ}$",
    "µ": r"$\mu$",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "…": r"\ldots{}",
    "√": r"$\surd$",
    "₁": r"$_1$",
}
"""What our own words use beyond ASCII."""


def latex_text(text: str) -> str:
    r"""The text with LaTeX's special characters escaped, in one line that pdfLaTeX sets without further packages.

    Letters of Latin-1 stay; other characters lose their accents, and what has no like in ASCII is named by its code.

    >>> latex_text("p < 0.05 & 50%_{x}")
    'p $<$ 0.05 \\& 50\\%\\_\\{x\\}'
    """
    return "".join(map(_character, " ".join(text.split())))


def _character(character: str) -> str:
    if character in SPECIAL:
        return SPECIAL[character]
    if character in SYMBOLS:
        return SYMBOLS[character]
    if character.isascii() or (character.isalpha() and ord(character) < 0x100):
        return character
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode("ascii")
    return "".join(SPECIAL.get(letter, letter) for letter in plain) or f"{{[}}U+{ord(character):04X}{{]}}"
