"""What every face calls findings, floors, parts, kinds and forces, and the acts of a maturity self-assessment."""

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
WEIGHTS = {"discrete": later("discrete industries"), "process": later("process industries")}
ACTS = {
    "answers": later("answered"),
    "leave_out": later("left a domain out"),
    "take_in": later("took a domain in again"),
    "weights": later("chose weights"),
    "adopt": later("adopted the level"),
    "withdraw": later("withdrew the adopted level"),
    "undo": later("undid"),
}
