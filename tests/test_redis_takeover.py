"""Builds on a Redis server that are killed, or stand still while others go on.

A sample of the points runs each time; ``BOT_FAULTS=all pytest
tests/test_redis_takeover.py`` kills at every one of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.faults import ALL
from tests.programs import printed


def disturbed(mode: str, url: str, folder: Path, *numbers: int) -> dict[str, Any]:
    return printed("tests.kill_redis_builds", mode, url, folder, *numbers)


def test_what_a_killed_process_had_claimed_is_encoded_by_another_after_the_lease(
    quick_redis_url: str, tmp_path: Path
) -> None:
    found = disturbed("takeover", quick_redis_url, tmp_path)

    assert found["killed"]
    assert found["waits"]  # as long as the lease lasts
    assert found["leases"]
    assert all(0 < each <= 60 for each in found["leases"])
    assert found["code"] == 0
    assert found["same"]
    assert found["problems"] == []


@pytest.mark.slow  # some thirty builds
def test_a_build_killed_at_any_exchange_leaves_the_old_index_or_the_new(
    quick_redis_url: str, tmp_path: Path
) -> None:
    found = disturbed("sweep", quick_redis_url, tmp_path, 1_000 if ALL else 12, 1)

    assert found["problems"] == []
    assert found["kills"] > found["points"] >= 12


def test_a_build_that_stood_still_while_another_went_on_disturbs_nothing(
    quick_redis_url: str, tmp_path: Path
) -> None:
    found = disturbed("stops", quick_redis_url, tmp_path)

    assert found["problems"] == []
    assert set(found["codes"].values()) == {0, 4}  # up to date; its lock was lost
    assert found["codes"]["before the switch"] == 4
