"""GS1 keys in all their ways of writing -> one: the constrained canonical GS1 Digital Link URI (CBV 2.0, 8.9.2).

EPC URIs, EPC class and pattern URIs and Digital Link URIs of any host become `https://id.gs1.org/…` with the finest
level of identification only (a serial number hides a lot) and without query, fragment or consumer product variant.
Follows the GS1 General Specifications 7.9.1 (check digit) and the EPC Tag Data Standard 2.0 (shapes of the URIs).
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

CANON = "https://id.gs1.org"
_SERIAL = (
    r"(?:%2[125-9A-Fa-f]|%3[0-9A-Fa-f]|%4[1-9A-Fa-f]|%5[0-9AaFf]|%6[1-9A-Fa-f]|%7[0-9Aa]|[!')(*+,.0-9:;=A-Za-z_-])"
)
_PART = r"(?:%2[3dfDF]|%3[0-9]|%4[1-9A-Fa-f]|%5[0-9Aa]|[0-9A-Z-])"
_ESCAPED = {ord(one): f"%{ord(one):02X}" for one in "!()*+,:"}


def check_digit(digits: str) -> str:
    """Return the check digit of a GS1 key that is given without it: weights 3 and 1 from the right."""
    total = sum(int(one) * (3, 1)[place % 2] for place, one in enumerate(reversed(digits)))
    return str(-total % 10)


def _split(total: int) -> str:
    """Return the pattern of company prefix and reference that have `total` digits together."""
    return "(?:" + "|".join(rf"\d{{{n}}}\.\d{{{total - n}}}" for n in range(6, 13)) + ")"


def _bounded(total: int, of: str) -> str:
    return "(?:" + "|".join(rf"\d{{{n}}}\.{of}{{1,{total - n}}}" for n in range(6, 13)) + ")"


def _gtin(digits: str) -> str:
    prefix, _, item = digits.partition(".")
    return (found := item[0] + prefix + item[1:]) + check_digit(found)


def _plain(digits: str) -> str:
    return (found := digits.replace(".", "")) + check_digit(found)


def _escape(text: str) -> str:
    return text.translate(_ESCAPED)


def _sgln(key: str, extension: str) -> str:
    return f"/414/{_plain(key)}" + ("" if extension == "0" else f"/254/{_escape(extension)}")


_Writer = Callable[..., str]
_13, _12, _17 = _split(13), _split(12), _split(17)
_TYPE = "(?:" + "|".join(rf"\d{{{n}}}\.\d{{{12 - n}}}" for n in range(6, 12)) + ")"
"""Company prefix and asset type; with a prefix of 12 digits, which leaves no digit for the type, the reference
generator keeps GRAI and patterns of GDTI and SGCN as they are."""
_SHAPES: Mapping[str, tuple[str, _Writer]] = {
    "id:sgtin": (rf"({_13})\.({_SERIAL}{{1,20}})", lambda key, serial: f"/01/{_gtin(key)}/21/{_escape(serial)}"),
    "id:sscc": (rf"({_17})", lambda key: f"/00/{_gtin(key)}"),
    "id:sgln": (rf"({_12})\.({_SERIAL}{{1,20}})", _sgln),
    "id:grai": (rf"({_TYPE})\.({_SERIAL}{{1,16}})", lambda key, serial: f"/8003/{_plain('0' + key)}{_escape(serial)}"),
    "id:giai": (_bounded(30, _SERIAL), lambda key: f"/8004/{_escape(key.replace('.', '', 1))}"),
    "id:gsrn": (rf"({_17})", lambda key: f"/8018/{_plain(key)}"),
    "id:gsrnp": (rf"({_17})", lambda key: f"/8017/{_plain(key)}"),
    "id:gdti": (rf"({_12})\.({_SERIAL}{{1,19}})", lambda key, serial: f"/253/{_plain(key)}{_escape(serial)}"),
    "id:cpi": (
        rf"({_bounded(30, _PART)})\.(\d{{1,12}})",
        lambda key, serial: f"/8010/{_escape(key.replace('.', '', 1))}/8011/{serial}",
    ),
    "id:sgcn": (rf"({_12})\.(\d{{1,12}})", lambda key, serial: f"/255/{_plain(key)}{serial}"),
    "id:ginc": (_bounded(30, _SERIAL), lambda key: f"/401/{_escape(key.replace('.', '', 1))}"),
    "id:gsin": (_split(16), lambda key: f"/402/{_plain(key)}"),
    "id:itip": (
        rf"({_13})\.(\d{{2}})\.(\d{{2}})\.({_SERIAL}{{1,20}})",
        lambda key, piece, total, serial: f"/8006/{_gtin(key)}{piece}{total}/21/{_escape(serial)}",
    ),
    "id:upui": (rf"({_13})\.({_SERIAL}{{1,28}})", lambda key, serial: f"/01/{_gtin(key)}/235/{_escape(serial)}"),
    "id:pgln": (rf"({_12})", lambda key: f"/417/{_plain(key)}"),
    "class:lgtin": (rf"({_13})\.({_SERIAL}{{1,20}})", lambda key, lot: f"/01/{_gtin(key)}/10/{_escape(lot)}"),
    "idpat:sgtin": (rf"({_13})\.\*", lambda key: f"/01/{_gtin(key)}"),
    "idpat:grai": (rf"({_TYPE})\.\*", lambda key: f"/8003/{_plain('0' + key)}"),
    "idpat:gdti": (rf"({_TYPE})\.\*", lambda key: f"/253/{_plain(key)}"),
    "idpat:sgcn": (rf"({_TYPE})\.\*", lambda key: f"/255/{_plain(key)}"),
    "idpat:cpi": (rf"({_bounded(30, _PART)})\.\*", lambda key: f"/8010/{_escape(key.replace('.', '', 1))}"),
    "idpat:itip": (
        rf"({_13})\.(\d{{2}})\.(\d{{2}})\.\*",
        lambda key, piece, total: f"/8006/{_gtin(key)}{piece}{total}",
    ),
    "idpat:upui": (rf"({_13})\.\*", lambda key: f"/01/{_gtin(key)}"),
}


@cache
def _shape(scheme: str) -> tuple[re.Pattern[str], _Writer] | None:
    if scheme not in _SHAPES:
        return None
    pattern, writer = _SHAPES[scheme]
    return re.compile(pattern if pattern.startswith("((") else f"({pattern})"), writer


@lru_cache(maxsize=65536)
def canonical_key(uri: str) -> str | None:
    """Return a GS1 key as constrained canonical Digital Link URI, or None where the text conveys none.

    Parameters
    ----------
    uri
        Any text; `urn:epc:…` and Digital Link URIs are understood.
    """
    if "." not in uri:
        return None
    if uri.startswith("urn:epc:"):
        parts = uri.split(":", 4)
        found = _shape(":".join(parts[2:4])) if len(parts) == 5 else None
        matched = found[0].fullmatch(parts[4]) if found else None
        return None if found is None or matched is None else CANON + found[1](*matched.groups())
    return _link(uri)


_KEYS = (
    "01|gtin|8006|itip|8010|cpid|414|gln|417|party|8017|gsrnp|8018|gsrn|255|gcn|00|sscc|253|gdti|401|ginc|402|gsin"
    "|8003|grai|8004|giai"
)
_LINK = re.compile(
    r"https?:(?://(?:[^/?#]*@)?[^/?#:]*(?::[^/?#]*)?)?"
    rf"(?:[^?#]*/(?:{_KEYS})/\d{{4}}[^/]+(?:/[^/]+/[^/]+)?/?(?:\?[^?\n]*)?(?:#[^\n]*)?|/[A-Za-z_-]{{10}}$)"
)
_CANONICAL = re.compile(
    r"https://id.gs1.org/(?:01|8006|8010|414|417|8017|8018|255|00|253|401|402|8003|8004)/\d{4}[^/]+"
)
_NUMBERS = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017", "gsrn": "8018",
    "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402", "grai": "8003", "giai": "8004",
    "cpv": "22", "lot": "10", "ser": "21",
}  # fmt: skip
_PLACES = ("00", "01", "253", "255", "401", "402", "414", "417", "8003", "8004", "8006", "8010", "8017", "8018")
_FREE = r"[\"'\-.0-9;-?A-Z_a-z]"
_VARIANT = re.compile(
    rf"(https://id.gs1.org/(?:8006/\d{{18}}|01/\d{{14}}))/22/{_FREE}{{0,20}}(/[/\"'\-.0-9;-?A-Z_a-z]*)?"
)
_LOT_AND_SERIAL = re.compile(
    rf"(https://id.gs1.org/(?:8006/\d{{18}}|01/\d{{14}}))/10/{_FREE}{{0,20}}(/21/{_FREE}{{0,20}})"
)
_RIGHT = re.compile(
    r"https://id.gs1.org/(?:"
    rf"00/\d{{18}}|01/\d{{14}}(?:/(?:21|10)/{_FREE}{{0,20}}|/235/{_FREE}{{0,28}})?|253/\d{{13}}{_FREE}{{0,17}}"
    rf"|255/\d{{13,25}}|401/{_FREE}{{0,30}}|402/\d{{17}}|414/\d{{13}}(?:/254/{_FREE}{{0,20}})?|417/\d{{13}}"
    rf"|8003/\d{{14}}{_FREE}{{0,16}}|8004/{_FREE}{{0,30}}|8006/\d{{18}}(?:/(?:21|10)/{_FREE}{{0,20}})?"
    r"|8010/[#\-/0-9A-Z]{0,30}(?:/8011/\d{0,12})?|801[78]/\d{18})"
)


def _link(uri: str) -> str | None:
    """Return a Digital Link URI of any host in its canonical form."""
    if _LINK.match(uri) is None:
        return None
    uri = uri.partition("?")[0]
    for name, number in _NUMBERS.items():
        uri = uri.replace(f"/{name}/", f"/{number}/")
    if _CANONICAL.match(uri) is None:
        key = next((one for one in _PLACES if f"/{one}/" in uri), None)
        uri = uri if key is None else CANON + uri[uri.index(f"/{key}/") :]
    if matched := re.match(r"https://id.gs1.org/01/(\d{8,13})(?!\d)", uri):
        missing = {8: "000000", 12: "00", 13: "0"}.get(len(matched[1]), "")
        uri = uri.replace("/01/", f"/01/{missing}")
    if matched := _VARIANT.fullmatch(uri):
        uri = matched[1] + (matched[2] or "")
    if matched := _LOT_AND_SERIAL.fullmatch(uri):
        uri = matched[1] + matched[2]
    return uri if _RIGHT.fullmatch(uri) else None
