"""Verifying a bundle on the page by a public key that came another way."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from console_browsing import looked_at, open_page

from linghang.usecases.bundling import Request, bundle
from linghang.usecases.signing_keys import own_key

pytestmark = pytest.mark.slow
LONG_MS = 180_000


def test_a_bundle_is_verified_by_a_public_key_that_somebody_handed_over(
    browser: Any, console: str, console_works: Path, tmp_path: Path
) -> None:
    key = tmp_path / "another works.pem"
    key.write_bytes(own_key(console_works).public.pem())
    bundle(console_works, tmp_path / "plant.zip", Request("national-2024", date(2025, 4, 15)), now=datetime.now(UTC))
    (tmp_path / "no.pem").write_bytes(b"no key")
    with looked_at(browser, console, "en", "light", 1366) as (page, wrong):
        open_page(page, f"{console}/application/verify")
        keys, bundles = page.locator("input[type=file]").first, page.locator("input[type=file]").last
        page.get_by_label("Trust the keys that this workspace has and knows").uncheck()
        keys.set_input_files(tmp_path / "no.pem")
        said = page.locator(".q-notification").inner_text(timeout=LONG_MS)
        assert "no.pem" in said
        assert "linghang-" not in said
        keys.set_input_files(key)
        page.get_by_role("cell", name="another works").wait_for(timeout=LONG_MS)
        bundles.set_input_files(tmp_path / "plant.zip")
        page.get_by_text("FITS: every byte as signed by a key that you know").wait_for(timeout=LONG_MS)
        assert page.get_by_text("another works").count() == 2
        assert wrong == []
