"""The words of the audit log as people read them: what is changed, and how."""

from linghang.words import later, tr

THINGS = {
    "accounts": later("accounts"),
    "alarms": later("alarms"),
    "application": later("application"),
    "assessments": later("assessment"),
    "backups": later("backup"),
    "bundles": later("bundle"),
    "checks": later("checks"),
    "documents": later("documents"),
    "engines": later("engine"),
    "interpretations": later("interpretation"),
    "keys": later("keys"),
    "maturity": later("maturity self-assessment"),
    "plant": later("virtual plant"),
    "records": later("records"),
    "schedules": later("schedule"),
    "sessions": later("session"),
    "tags": later("tags"),
    "telemetry": later("telemetry"),
    "tokens": later("tokens"),
}
VERBS = {
    "accept": later("accept"),
    "acknowledge": later("acknowledge"),
    "add": later("add"),
    "adopt": later("adopt"),
    "answer": later("answer"),
    "begin": later("begin"),
    "cancel": later("cancel"),
    "change": later("change"),
    "control": later("control"),
    "disable": later("disable"),
    "download": later("download"),
    "enable": later("enable"),
    "end": later("end"),
    "export": later("export"),
    "fault": later("let something go wrong"),
    "import": later("import"),
    "import_report": later("register an official report"),
    "ingest": later("listen to machines"),
    "leave_out": later("leave out a domain"),
    "make": later("make"),
    "map": later("say what they mean"),
    "new": later("new"),
    "password": later("set a password"),
    "pause": later("pause"),
    "prefill": later("take proposals"),
    "record": later("record"),
    "remove": later("remove"),
    "restore": later("restore"),
    "resume": later("resume"),
    "retire": later("retire"),
    "revise": later("revise"),
    "revoke": later("revoke"),
    "role": later("change the role"),
    "run": later("run"),
    "save": later("save"),
    "serve": later("serve"),
    "set": later("set"),
    "take_back": later("take back"),
    "take_in": later("take in a domain"),
    "trust": later("trust"),
    "undo": later("undo"),
    "unlock": later("unlock"),
    "upgrade": later("upgrade"),
    "weigh": later("choose weights"),
    "withdraw": later("withdraw"),
    "work": later("work off jobs"),
}
FACES = {"console": later("console"), "api": later("API"), "command": later("command line")}


def said(what: str) -> str:
    """Return a word of the log, such as `documents.add`, as people say it; a word that is not known as it stands."""
    thing, _, verb = what.partition(".")
    if thing not in THINGS or verb not in VERBS:
        return what
    return tr("{thing}: {verb}", thing=tr(THINGS[thing]), verb=tr(VERBS[verb]))
