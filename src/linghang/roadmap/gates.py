"""Logic in a constraint model: literals that fold where they are constant, and findings of four values."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

Lit = Any
"""True, False, or a literal of the model."""


class Four(NamedTuple):
    """A finding as four literals of which exactly one holds."""

    met: Lit
    unmet: Lit
    unknown: Lit
    not_applicable: Lit


def constant(finding: object) -> Four:
    """Return a finding that is fixed."""
    return Four(*(finding == one for one in Four._fields))


class Gates:
    """Makes literals out of literals, each gate once."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self._made: dict[tuple[Any, ...], Lit] = {}

    def no(self, lit: Lit) -> Lit:
        """`not`."""
        return not lit if isinstance(lit, bool) else lit.negated()

    def any(self, lits: Iterable[Lit]) -> Lit:
        """`or`."""
        kept: dict[int, Lit] = {}
        for lit in lits:
            if lit is True:
                return True
            if lit is not False:
                kept[lit.index] = lit
        if not kept:
            return False
        if any(-index - 1 in kept for index in kept):
            return True
        if len(kept) == 1:
            return next(iter(kept.values()))
        key = ("any", *sorted(kept))
        if key not in self._made:
            made = self._made[key] = self.model.new_bool_var("")
            self.model.add_bool_or(kept.values()).only_enforce_if(made)
            for lit in kept.values():
                self.model.add_implication(lit, made)
        return self._made[key]

    def all(self, lits: Iterable[Lit]) -> Lit:
        """`and`."""
        return self.no(self.any(map(self.no, lits)))

    def least(self, terms: Sequence[tuple[int, Lit]], bound: int) -> Lit:
        """Whether the sum of the weights of the literals that hold is at least `bound`."""
        fixed = sum(weight for weight, lit in terms if lit is True)
        free = [(weight, lit) for weight, lit in terms if not isinstance(lit, bool) and weight]
        bound -= fixed
        if bound <= sum(min(weight, 0) for weight, _ in free):
            return True
        if bound > sum(max(weight, 0) for weight, _ in free):
            return False
        key = ("least", bound, *sorted((lit.index, weight) for weight, lit in free))
        if key not in self._made:
            total = sum(weight * lit for weight, lit in free)
            made = self._made[key] = self.model.new_bool_var("")
            self.model.add(total >= bound).only_enforce_if(made)
            self.model.add(total < bound).only_enforce_if(made.negated())
        return self._made[key]

    # --- Kleene's logic over findings ---

    def between(self, surely: Lit, possibly: Lit, applicable: Lit = True) -> Four:
        """What holds at the worst is met, what holds only at the best is unknown."""
        return Four(
            self.all((applicable, surely)),
            self.all((applicable, self.no(possibly))),
            self.all((applicable, possibly, self.no(surely))),
            self.no(applicable),
        )

    def conjunction(self, parts: Sequence[Four]) -> Four:
        """`and` over the applicable."""
        unmet = self.any(one.unmet for one in parts)
        unknown = self.all((self.no(unmet), self.any(one.unknown for one in parts)))
        none = self.all(one.not_applicable for one in parts)
        return Four(self.all((self.no(unmet), self.no(unknown), self.no(none))), unmet, unknown, none)

    def negation(self, part: Four) -> Four:
        """`not`."""
        return Four(part.unmet, part.met, part.unknown, part.not_applicable)

    def disjunction(self, parts: Sequence[Four]) -> Four:
        """`or` over the applicable."""
        return self.negation(self.conjunction([self.negation(one) for one in parts]))

    def at_least(self, k: int, parts: Sequence[Four]) -> Four:
        """At least k met; what is not applicable is not counted."""
        met = [(1, one.met) for one in parts]
        return self.between(self.least(met, k), self.least(met + [(1, one.unknown) for one in parts], k))

    def whole(self, part: Four) -> Four:
        """Where nothing is applicable nothing is asked: met."""
        return Four(self.any((part.met, part.not_applicable)), part.unmet, part.unknown, False)

    def choose(self, lit: Lit, then: Four, other: Four) -> Four:
        """`then` where the literal holds, else `other`."""
        return Four(
            *(self.any((self.all((lit, a)), self.all((self.no(lit), b)))) for a, b in zip(then, other, strict=True))
        )
