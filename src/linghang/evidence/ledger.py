"""The ledger: what was observed and taken back, as a chain (`linghang.evidence.chain`).

One line a record, `{"hash", "n", "observation" or "withdrawal", "previous"}` as canonical JSON; the hash covers the
previous hash, the number and the record, and the kind of all but observations, of which the first ledgers were made.
"""

from typing import TypeAlias

from linghang.evidence import chain
from linghang.evidence.chain import START, Anchor, anchor_of
from linghang.evidence.observation import Observation
from linghang.evidence.withdrawal import Record, Withdrawal
from linghang.words import later

__all__ = ["START", "Anchor", "Entry", "anchor", "anchor_of", "anchored", "append", "read"]

Entry: TypeAlias = chain.Entry[Record]


def _written(record: Record) -> tuple[str, object]:
    return ("withdrawal" if isinstance(record, Withdrawal) else "observation"), record.to_dict()


_LEDGER: chain.Chain[Record] = chain.Chain(
    kinds={"withdrawal": Withdrawal.from_dict, "observation": Observation.from_dict},
    written=_written,
    words=chain.Words(
        changed=later("record {number} of the ledger cannot be read; it was changed"),
        unfit=later("record {number} of the ledger does not fit the one before it; it or the chain was changed"),
        missing=later(
            "the ledger has {found} records, but {count} were written; the last {missing} are missing: put the whole "
            "ledger back"
        ),
        anew=later("record {number} of the ledger is not the one that was written; the chain was computed anew"),
        no_anchor=later("is not the anchor of a ledger; put it back as it was"),
    ),
    plain="observation",
)
read = _LEDGER.read
append = _LEDGER.append
anchored = _LEDGER.anchored
anchor = _LEDGER.anchor
