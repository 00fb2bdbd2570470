"""Unified social credit code (统一社会信用代码) with its check character, after GB 32100-2015.

Character 1 names the registering authority, 2 the kind of body, 3 to 8 the region (GB/T 2260), 9 to 17 the body
(GB 11714), 18 is the check character: the alphabet without I, O, S, V and Z, weights 3^i mod 31.
"""

import re

from linghang.errors import BadInput

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_SHAPE = re.compile(rf"[1-9A-Y][0-9A-Y]\d{{6}}[{ALPHABET}]{{10}}")


def check_character(first_17: str) -> str:
    """Return the check character of the first 17 characters.

    Raises
    ------
    BadInput
        If they are not 17 characters of the alphabet.
    """
    _refuse_other_characters(first_17, 17)
    total = sum(_VALUES[character] * weight for character, weight in zip(first_17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def check(code: str) -> None:
    """Refuse a code that is not written as GB 32100 says; returns nothing if it is.

    Raises
    ------
    BadInput
        With what is wrong: length, a character, the region part or the check character.
    """
    _refuse_other_characters(code, 18)
    if not _SHAPE.fullmatch(code):
        raise BadInput(
            "{code} is no unified social credit code: characters 3 to 8 are the digits of the region", code=code
        )
    if (right := check_character(code[:17])) != code[17]:
        raise BadInput(
            "{code} is no unified social credit code: its last character would be {right} (one character is wrong)",
            code=code,
            right=right,
        )


def is_valid(code: str) -> bool:
    """Whether `check` accepts the code."""
    try:
        check(code)
    except BadInput:
        return False
    return True


def _refuse_other_characters(code: str, length: int) -> None:
    if len(code) != length:
        raise BadInput(
            "{code} is no unified social credit code: it has {count} characters, not {length}",
            code=code,
            count=len(code),
            length=length,
        )
    if wrong := sorted(set(code) - set(ALPHABET)):
        raise BadInput(
            "{code} is no unified social credit code: {characters} cannot stand in it (digits, and capitals "
            "without I, O, S, V, Z)",
            code=code,
            characters=", ".join(wrong),
        )
