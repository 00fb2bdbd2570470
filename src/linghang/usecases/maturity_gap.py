"""What maturity levels take, as JSON has it."""

from collections.abc import Sequence
from typing import Any

from linghang.usecases.maturity import HINTS, LevelGap, Opened, rounded_down


def gap_document(one: Opened, found: Sequence[LevelGap]) -> dict[str, Any]:
    """What levels take, as JSON has it."""
    return {
        "gate": {"value": str(one.model.gate.value), "confidence": one.model.gate.confidence},
        "levels": [
            {
                "level": level.level,
                "score": str(rounded_down(level.score)),
                "possible": str(rounded_down(level.possible)),
                "items": [
                    {
                        "code": lift.item.code,
                        "sub_domain": lift.item.sub_domain,
                        "text": lift.item.text.to_dict(),
                        "confidence": lift.item.confidence,
                        "answer": None if lift.answer is None else str(lift.answer),
                        "adds": str(rounded_down(lift.gain)),
                        "hint": HINTS[lift.item.sub_domain].to_dict(),
                    }
                    for lift in level.lifts
                ],
            }
            for level in found
        ],
    }
