"""An assistant asks over MCP, as a client of the protocol's own library does, and changes nothing."""

import asyncio
import hashlib
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from linghang.store.state import CACHE

DAY = {"as_of": "2025-04-15"}
Talk = Callable[[ClientSession], Awaitable[Any]]


def asked(folder: Path, talk: Talk) -> Any:
    """Start the server as an assistant would, and talk to it."""

    async def whole() -> Any:
        command = StdioServerParameters(
            command=sys.executable, args=["-m", "linghang", "--lang", "en", "mcp", str(folder)]
        )
        async with stdio_client(command) as (reading, writing), ClientSession(reading, writing) as session:
            await session.initialize()
            return await talk(session)

    return asyncio.run(whole())


def content_of(folder: Path) -> dict[str, str]:
    """Digest of every file but what is kept and may be deleted."""
    files = (path for path in folder.rglob("*") if path.is_file() and CACHE not in path.parts)
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_an_assistant_reads_verdict_elements_indicators_and_plan_and_changes_nothing(works: Path) -> None:
    async def talk(session: ClientSession) -> dict[str, Any]:
        tools = (await session.list_tools()).tools
        assert {one.name for one in tools} == {"assess", "elements", "explain_element", "indicators", "plan"}
        assert all(one.annotations and one.annotations.readOnlyHint for one in tools)
        calls = {
            "assess": DAY,
            "elements": DAY | {"finding": "unknown", "level": "pioneer"},
            "explain_element": DAY | {"element": "base.above-scale"},
            "indicators": DAY,
            "plan": DAY | {"level": "basic"},
        }
        return {name: await session.call_tool(name, arguments) for name, arguments in calls.items()}

    before = content_of(works)
    said = asked(works, talk)
    assert not any(one.isError for one in said.values()), said
    found = {name: one.structuredContent for name, one in said.items()}
    assert set(found["assess"]["floors"]) == {"declared", "documented", "measured"}
    assert {one["finding"] for one in found["elements"]["elements"]} == {"unknown"}
    assert found["explain_element"]["levels"][0]["observations"][0]["source"]["kind"] == "records"
    assert len(found["indicators"]["indicators"]) == 20
    assert found["plan"]["target"] == "basic"
    assert content_of(works) == before


def test_what_cannot_be_is_said_and_the_talk_goes_on(works: Path) -> None:
    async def talk(session: ClientSession) -> list[Any]:
        return [
            await session.call_tool("explain_element", DAY | {"element": "base.above-scal"}),
            await session.call_tool("assess", DAY | {"pack": "/etc/passwd.yaml"}),
            await session.call_tool("assess", DAY),
        ]

    wrong, file, right = asked(works, talk)
    assert wrong.isError
    assert "did you mean base.above-scale" in wrong.content[0].text
    assert file.isError
    assert not right.isError
