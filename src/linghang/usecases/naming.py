"""What every face calls things: the words of the judgement, of documents, of bundles and of the way up."""

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
ASSUMPTIONS = {
    "optimistic": later("what is unknown turns out met"),
    "pessimistic": later("what is unknown has to be built"),
}
LIMITS = {
    "budget": later("budget"),
    "per_year": later("budget of a year"),
    "by": later("last day"),
    "parallel": later("actions at once"),
    "must": later("asked for"),
    "without": later("left out"),
}
DOCUMENT_EVENTS = {
    "added": later("registered"),
    "revised": later("revised"),
    "retired": later("retired"),
    "restored": later("restored"),
}
EXTRACTIONS = {
    "text": later("searched"),
    "none": later("none"),
    "failed": later("not read"),
    "waiting": later("not read yet"),
}
LEFT_OUT = {
    "confidential": later("confidential"),
    "not_chosen": later("not chosen"),
    "too_large": later("too large for small inputs"),
    "file_missing": later("the file is missing"),
    "kept_elsewhere": later("kept elsewhere"),
    "changed_since": later("the engine sees something else today than when it ran"),
}
HELD = {"document": later("documents"), "table": later("tables of records"), "telemetry": later("telemetry of")}
