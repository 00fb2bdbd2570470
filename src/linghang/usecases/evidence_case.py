"""From settled evidence to the case that the judge reads."""

from collections.abc import Mapping
from typing import cast

from linghang.evidence.settle import Settled
from linghang.judge.case import Case, Claim, Fact
from linghang.judge.findings import Finding
from linghang.judge.program import Program


def case_of(settled: Mapping[str, Settled], waivers: Mapping[str, str], program: Program) -> Case:
    """Make a case of what evidence amounts to: what is unknown is left out.

    Parameters
    ----------
    settled
        Element or field -> what the evidence says of it.
    waivers
        Id of a `should` -> written reason.
    program
        The pack on the day of judgement.
    """
    findings: dict[str, Claim] = {}
    facts: dict[str, Fact] = {}
    for name, one in settled.items():
        if one.value is None or one.proof is None:
            continue
        if name in program.claimable:
            reason = str(one.observations[0].detail.get("reason") or "") or None
            findings[name] = Claim(cast(Finding, one.value), one.proof, reason)
        elif name in program.fields:
            facts[name] = Fact(one.value, one.proof)
    return Case(findings, facts, waivers)
