"""How well something is proved: the one ladder that evidence is settled and floors are judged by."""

from collections.abc import Mapping
from typing import Literal

Proof = Literal["measured", "documented", "declared"]

STRENGTH: Mapping[Proof, int] = {"declared": 0, "documented": 1, "measured": 2}
"""How much a proof carries: the stronger one settles, and a finding counts where it carries what the floor needs."""
