"""What every face calls findings, floors, parts, kinds and forces: the words of the judgement."""

from linghang.words import later

FINDINGS = {
    "met": later("met"),
    "unmet": later("unmet"),
    "unknown": later("unknown"),
    "not_applicable": later("not applicable"),
}
FLOORS = {"declared": later("declared"), "documented": later("documented"), "measured": later("measured")}
PARTS = {
    "eligibility": later("eligibility"),
    "maturity": later("maturity"),
    "coverage": later("coverage"),
    "scenario_count": later("scenario count"),
    "outcome": later("outcome"),
    "build": later("construction"),
}
KINDS = {
    "fact": later("fact"),
    "attested": later("attested"),
    "measured": later("measured property"),
    "maturity": later("maturity"),
    "coverage": later("coverage"),
    "count": later("count"),
    "capability": later("capability"),
    "benchmark": later("benchmark"),
    "conditions": later("conditions"),
    "scenes": later("scenes"),
}
FORCES = {"must": later("must"), "should": later("should"), "encouraged": later("encouraged")}
