"""Read our own OSCAL documents back: findings as they were judged, elements as they are asked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from linghang.errors import BadInput, Place
from linghang.judge.findings import FINDINGS, Finding
from linghang.report.oscal import NAMESPACE
from linghang.report.oscal_results import STATES

Findings = Mapping[str, Mapping[str, Finding]]


def findings_of(document: Mapping[str, Any], file: str = "OSCAL") -> Findings:
    """Read the findings of assessment results that this product wrote.

    Parameters
    ----------
    document
        The parsed JSON, `{"assessment-results": …}`.
    file
        Name of the file, for messages.

    Returns
    -------
    Floor -> key of the element (`id@level`) -> finding, with unknown and not applicable as they were.

    Raises
    ------
    BadInput
        It is no such document, or a finding's property and its state contradict each other.
    """
    try:
        results = document["assessment-results"]["results"]
        return {one_of(result["props"], "floor"): dict(_findings(result, file)) for result in results}
    except (KeyError, TypeError, StopIteration):
        raise BadInput("is not a document of assessment results that this product wrote", Place(file)) from None


def one_of(props: Sequence[Mapping[str, Any]], name: str) -> str:
    """Return the value of a property of our namespace, the last one of that name.

    Raises
    ------
    KeyError
        There is none.
    """
    values = values_of(props, name)
    if not values:
        raise KeyError(name)
    return values[-1]


def values_of(props: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    """Return all values of a property of our namespace."""
    return [str(one["value"]) for one in props if one["name"] == name and one.get("ns") == NAMESPACE]


def _findings(result: Mapping[str, Any], file: str) -> Iterator[tuple[str, Finding]]:
    for one in result["findings"]:
        said, state = one_of(one["props"], "finding"), one["target"]["status"]["state"]
        key = f"{one_of(one['props'], 'element')}@{one_of(one['props'], 'level')}"
        if said not in FINDINGS or STATES[said][0] != state:
            raise BadInput(
                "the finding “{finding}” and the state “{state}” contradict each other",
                Place(file),
                subject=key,
                finding=said,
                state=state,
            )
        yield key, said
