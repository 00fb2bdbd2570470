"""The API is what its OpenAPI document says: every answer to random requests fits it."""

from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

ENDLESS = r"/live/"
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    """The document of a server that is really there."""
    from served import served, serving_of

    from linghang.plant.tables import TABLES
    from linghang.usecases.workspaces import make_workspace

    folder = tmp_path_factory.mktemp("described") / "works"
    engine = make_workspace(folder, "北疆铝轮毂", "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    engine.dispose()
    with served(serving_of(folder)) as client:
        address = str(client.base_url.join("openapi.json"))
        yield schemathesis.openapi.from_url(address).exclude(path_regex=ENDLESS)


@pytest.mark.slow
def test_every_answer_is_one_that_is_described(api: schemathesis.BaseSchema) -> None:
    asked = []
    for found in api.get_all_operations():
        operation = found.ok()
        asked.append(operation.label)

        @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def answered(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=list(CHECKS), timeout=120)

        answered()
    assert len(asked) > 25


def test_every_operation_says_what_it_does_and_how_it_may_fail(local: httpx.Client) -> None:
    document = local.get("openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), (method, path)
            assert {"400", "401", "403", "422"} <= operation["responses"].keys(), (method, path)
            for status in ("400", "401"):
                assert "application/problem+json" in operation["responses"][status]["content"], (method, path)
