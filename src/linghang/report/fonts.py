"""Which Chinese fonts this machine has: a serif for the text, a sans for headings, heads of tables and drawings."""

from functools import cache

from linghang.errors import BadInput

SERIFS = (
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "SimSun",
    "Songti SC",
    "STSong",
)
SANS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "SimHei", "Microsoft YaHei",
    "PingFang SC", "WenQuanYi Zen Hei",
)  # fmt: skip


@cache
def installed() -> tuple[str, str]:
    """Return the serif and the sans of this machine; where it has only one of them, that one twice.

    Raises
    ------
    BadInput
        Where no Chinese font is installed.
    """
    import typst

    return chosen(typst.Fonts().families())


def chosen(families: "list[str] | tuple[str, ...]") -> tuple[str, str]:
    """Choose from the families that are there, the ones at the front of the lists first."""
    serif = next((one for one in SERIFS if one in families), None)
    sans = next((one for one in SANS if one in families), None)
    if serif is None and sans is None:
        raise BadInput(
            "this machine has no Chinese font; install one (Debian and Ubuntu: apt install fonts-noto-cjk, "
            "Fedora: dnf install google-noto-serif-cjk-fonts google-noto-sans-cjk-fonts)"
        )
    return serif or sans or "", sans or serif or ""
