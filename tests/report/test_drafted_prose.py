"""Prose of a language model: only from a configured endpoint, and every figure of it held against the facts."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from linghang.errors import BadInput
from linghang.report.prose import MARK, check_prose
from linghang.usecases.drafting import Endpoint, ask, endpoint_of
from linghang.usecases.workspaces import make_workspace

FACTS = ("员工总数：1260人", "总投资：12600万元", "制造执行系统（MES）2023-06-01上线")


@contextmanager
def stub(status: int, body: bytes) -> Iterator[tuple[str, list[bytes]]]:
    seen: list[bytes] = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_figures_in_the_facts_pass_and_others_are_marked() -> None:
    found = check_prose(
        "公司有员工1260人，总投资1.26亿元，MES于2023年6月上线，APS于2024年5月上线，效率提升30%。", FACTS
    )
    assert {one.written for one in found.unmatched} == {"APS", "2024年5月", "30%"}
    assert f"30%{MARK}" in found.text
    assert f"1260人{MARK}" not in found.text


def test_an_answer_is_read() -> None:
    body = json.dumps({"choices": [{"message": {"content": "员工1260人。"}}]}).encode()
    with stub(200, body) as (url, seen):
        assert ask(Endpoint(url, "m"), FACTS) == "员工1260人。"
    assert "1260" in json.loads(seen[0])["messages"][1]["content"]


@pytest.mark.parametrize(("status", "body"), [(500, b""), (401, b"{}"), (200, b"no json"), (200, b'{"choices": []}')])
def test_what_is_no_answer_is_refused(status: int, body: bytes) -> None:
    with stub(status, body) as (url, _), pytest.raises(BadInput):
        ask(Endpoint(url, "m"), FACTS)


def test_nothing_is_sent_without_configuration(tmp_path: Path) -> None:
    make_workspace(tmp_path / "w", None, "Asia/Shanghai", None)
    with pytest.raises(BadInput, match="drafting"):
        endpoint_of(tmp_path / "w", {})
