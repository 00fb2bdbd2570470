"""The guard: nothing leaves the limits, whatever is commanded, read or said by the clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isfinite

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from linghang.errors import BadInput
from linghang.twin.guard.decide import Decision, GuardState, decide
from linghang.twin.guard.record import effect_of, recorded, table_of
from linghang.twin.guard.rules import Approval, Command, Interlock, Reading, Rule
from linghang.words import Text

NOW = datetime(2026, 1, 15, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GAS = Rule(
    tag="MF-1/gas_flow",
    unit="m3/h",
    low=10.0,
    high=250.0,
    rate_per_s=2.0,
    fallback=50.0,
    modes=frozenset({"remote"}),
    mode_reading="mode",
    readback="gas",
    interlocks=(Interlock("temperature", 600.0, 790.0, Text("过热", "overheating")),),
)
ALLOWED = Approval(GAS.tag, "supervisor", NOW - SECOND, NOW + timedelta(hours=8))


def readings(now: datetime, gas: float = 100.0, mode: str = "remote", temperature: float = 745.0) -> dict[str, Reading]:
    return {"mode": Reading(mode, now), "gas": Reading(gas, now), "temperature": Reading(temperature, now)}


def command(value: float, at: datetime = NOW, tag: str = GAS.tag) -> Command:
    return Command(tag, value, at, "production.control 1")


def first(value: float, **changed: object) -> Decision:
    state = GuardState.begin(NOW - 10 * SECOND)
    return decide(GAS, state, command(value), NOW, readings(NOW, **changed), ALLOWED)[0]  # type: ignore[arg-type]


def test_a_command_within_limits_and_rate_passes_as_it_is() -> None:
    assert first(110.0) == Decision("accepted", 110.0)


def test_a_command_beyond_the_limits_is_cut_and_says_so() -> None:
    found = first(1e9, gas=249.0)
    assert (found.verdict, found.value) == ("limited", 250.0)
    assert "250.0" in found.reasons[0].en


def test_a_command_that_is_too_fast_goes_as_far_as_the_rate_allows() -> None:
    found = first(200.0)
    assert (found.verdict, found.value) == ("limited", 120.0)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    assert first(value).verdict == "refused"


def test_in_another_mode_nothing_at_all_is_put_out() -> None:
    assert first(110.0, mode="local").value is None
    stale = readings(NOW) | {"mode": Reading("remote", NOW - timedelta(minutes=5))}
    found, _ = decide(GAS, GuardState.begin(NOW), command(110.0), NOW, stale, ALLOWED)
    assert found.value is None
    assert "stale" in found.reasons[0].en


@pytest.mark.parametrize(
    "broken",
    [
        {"temperature": Reading(795.0, NOW)},
        {"temperature": Reading(745.0, NOW, quality=64)},
        {"temperature": Reading(745.0, NOW - timedelta(minutes=5))},
        {"temperature": Reading(float("nan"), NOW)},
        {"temperature": Reading(745.0, NOW + timedelta(hours=1))},
    ],
)
def test_a_broken_interlock_takes_the_output_to_the_fallback_at_its_rate(broken: dict[str, Reading]) -> None:
    state = GuardState.begin(NOW - 10 * SECOND)
    found, after = decide(GAS, state, command(110.0), NOW, readings(NOW) | broken, ALLOWED)
    assert (found.verdict, found.value, after.fallen) == ("fallback", 80.0, True)


def test_a_missing_interlock_reading_does_not_hold() -> None:
    given_ = readings(NOW)
    del given_["temperature"]
    assert decide(GAS, GuardState.begin(NOW), command(110.0), NOW, given_, ALLOWED)[0].verdict == "fallback"


@pytest.mark.parametrize(
    "approval",
    [None, replace(ALLOWED, until=NOW), replace(ALLOWED, tag="MF-2/gas_flow"), replace(ALLOWED, since=NOW + SECOND)],
)
def test_without_an_approval_that_holds_a_command_is_refused(approval: Approval | None) -> None:
    found, _ = decide(GAS, GuardState.begin(NOW), command(110.0), NOW, readings(NOW), approval)
    assert (found.verdict, found.value) == ("refused", None)


def test_an_approval_may_narrow_the_limits() -> None:
    narrow = replace(ALLOWED, low=90.0, high=105.0)
    state = GuardState.begin(NOW - 10 * SECOND)
    assert decide(GAS, state, command(200.0), NOW, readings(NOW), narrow)[0].value == 105.0


def test_approved_limits_hold_though_the_clock_went_back() -> None:
    narrow = replace(ALLOWED, since=NOW - SECOND, until=NOW + SECOND, low=100.0, high=100.0)
    ahead = GuardState(100.0, NOW + timedelta(minutes=5))
    found, _ = decide(GAS, ahead, command(101.0), NOW, readings(NOW), narrow)
    assert found.value == 100.0
    away, _ = decide(GAS, replace(ahead, value=90.0), command(101.0), NOW, readings(NOW), narrow)
    assert (away.verdict, away.value) == ("refused", None)


def test_a_silent_controller_loses_the_output_to_the_fallback() -> None:
    state, seen = GuardState.begin(NOW), []
    for k in range(200):
        now = NOW + k * SECOND
        said = command(100.0, now) if k < 10 else None
        found, state = decide(GAS, state, said, now, readings(now), ALLOWED)
        seen.append(found)
    assert seen[100].verdict == "idle"
    assert seen[-1].verdict == "fallback"
    assert seen[-1].value == GAS.fallback


def test_a_clock_that_jumps_ahead_is_no_licence_to_jump() -> None:
    _, state = decide(GAS, GuardState.begin(NOW), command(100.0), NOW, readings(NOW), ALLOWED)
    later = NOW + timedelta(days=1)
    approved = replace(ALLOWED, until=later + SECOND)
    found, _ = decide(GAS, state, command(250.0, later), later, readings(later), approved)
    assert found.value == pytest.approx(100.0 + GAS.rate_per_s * GAS.longest_step.total_seconds())


def test_a_clock_that_goes_back_moves_nothing() -> None:
    _, state = decide(GAS, GuardState.begin(NOW), command(100.0), NOW, readings(NOW), ALLOWED)
    back = NOW - timedelta(hours=1)
    approved = replace(ALLOWED, since=back)
    found, state = decide(GAS, state, command(250.0, back), back, readings(back), approved)
    assert found.value == 100.0
    soon = back + SECOND
    again, _ = decide(GAS, state, command(250.0, soon), soon, readings(soon), approved)
    assert again.value == 102.0


def test_a_clock_that_was_wrong_for_a_moment_does_not_hide_a_lost_controller() -> None:
    wrong = NOW + timedelta(days=1)
    _, state = decide(GAS, GuardState(100.0, NOW), None, wrong, readings(wrong), ALLOWED)
    state = replace(state, silent=timedelta(), value=100.0)
    for k in range(200):
        now = NOW + k * SECOND
        found, state = decide(GAS, state, None, now, readings(now), ALLOWED)
    assert (found.verdict, found.value) == ("fallback", GAS.fallback)


def test_equipment_that_does_not_follow_gets_nothing_more() -> None:
    strict = replace(GAS, most_apart=30.0)
    state = GuardState(100.0, NOW - SECOND)
    found, _ = decide(strict, state, command(101.0), NOW, readings(NOW, gas=20.0), ALLOWED)
    assert found.verdict == "refused"
    assert "does not follow" in found.reasons[0].en


def test_an_output_that_somebody_left_outside_the_limits_has_to_be_brought_back_by_hand() -> None:
    assert first(110.0, gas=400.0).value is None


def test_after_manual_operation_the_guard_begins_where_the_equipment_stands() -> None:
    state = GuardState(200.0, NOW - 10 * SECOND)
    _, state = decide(GAS, state, None, NOW - 5 * SECOND, readings(NOW - 5 * SECOND, mode="local"), ALLOWED)
    found, _ = decide(GAS, state, command(60.0), NOW, readings(NOW, gas=60.0), ALLOWED)
    assert (found.verdict, found.value) == ("accepted", 60.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"low": 250.0},
        {"fallback": 5.0},
        {"rate_per_s": 0.0},
        {"high": float("nan")},
        {"modes": frozenset()},
        {"watchdog": timedelta()},
    ],
)
def test_a_rule_that_guards_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        replace(GAS, **wrong)  # type: ignore[arg-type]


def test_every_command_and_its_effect_is_recorded() -> None:
    found, _ = decide(GAS, GuardState.begin(NOW - SECOND), command(float("nan")), NOW, readings(NOW), ALLOWED)
    kept = recorded(GAS, command(float("nan")), found, NOW, readings(NOW), ALLOWED)
    passed, _ = decide(GAS, GuardState.begin(NOW - SECOND), command(101.0), NOW, readings(NOW), ALLOWED)
    later = NOW + 20 * SECOND
    seen = effect_of(GAS, passed, readings(later, gas=101.5, temperature=746.0), "temperature", later, GAS.fresh)
    rows = [kept, replace(recorded(GAS, command(101.0), passed, NOW, readings(NOW), ALLOWED), effect=seen)]
    table = table_of(rows).to_pylist()
    assert table[0]["commanded"] is None
    assert table[0]["verdict"] == "refused"
    assert table[0]["put_out"] is None
    assert table[1]["approved_by"] == "supervisor"
    assert (table[1]["readback"], table[1]["taken"], table[1]["measured"]) == (101.5, True, 746.0)


anything = st.floats(allow_nan=True, allow_infinity=True)
number = st.floats(-1e3, 1e3)
offsets = st.integers(-7200, 7200).map(lambda seconds: timedelta(seconds=seconds))
quality = st.sampled_from([0, 20, 64, 192, 216])


class Plant(RuleBasedStateMachine):
    """Equipment, controller, operators and clock that do what they like; a guard between them."""

    @initialize(gas=number)
    def begin(self, gas: float) -> None:
        self.now = NOW
        self.mode, self.gas, self.temperature = "remote", gas, 745.0
        self.ages = {"mode": timedelta(), "gas": timedelta(), "temperature": timedelta()}
        self.qualities = {"mode": 192, "gas": 192, "temperature": 192}
        self.approval: Approval | None = ALLOWED
        self.state = GuardState.begin(NOW)
        self.last: float | None = None

    @rule(jump=offsets | st.integers(0, 90).map(lambda seconds: timedelta(seconds=seconds)))
    def clock(self, jump: timedelta) -> None:
        self.now += jump

    @rule(mode=st.sampled_from(["remote", "local", "off", ""]))
    def switch(self, mode: str) -> None:
        self.mode = mode

    @rule(name=st.sampled_from(["mode", "gas", "temperature"]), age=offsets, said=quality)
    def fault(self, name: str, age: timedelta, said: int) -> None:
        self.ages[name], self.qualities[name] = age, said

    @rule()
    def repair(self) -> None:
        self.ages = dict.fromkeys(self.ages, timedelta())
        self.qualities = dict.fromkeys(self.qualities, 192)
        self.mode, self.temperature = "remote", 745.0
        self.approval = replace(ALLOWED, since=self.now - SECOND, until=self.now + timedelta(hours=1))

    @rule(value=anything)
    def heat(self, value: float) -> None:
        self.temperature = value

    @rule(low=number, span=st.floats(0, 500), until=offsets)
    def approve(self, low: float, span: float, until: timedelta) -> None:
        since = min(self.now, self.now + until) - SECOND
        self.approval = Approval(GAS.tag, "supervisor", since, max(self.now + until, since + SECOND), low, low + span)

    @rule(by_hand=number)
    def operator(self, by_hand: float) -> None:
        if self.mode != "remote":
            self.gas = by_hand

    @rule(value=anything | number, age=offsets | st.just(timedelta()), tag=st.sampled_from([GAS.tag, "other"]))
    def controller(self, value: float, age: timedelta, tag: str) -> None:
        self.act(Command(tag, value, self.now - age, "anybody"))

    @rule(values=st.lists(st.tuples(st.floats(-50, 300), st.integers(0, 120)), max_size=6))
    def work_as_usual(self, values: list[tuple[float, int]]) -> None:
        self.repair()
        self.gas = min(max(self.gas, GAS.low), GAS.high)
        for value, seconds in values:
            self.now += timedelta(seconds=seconds)
            self.act(Command(GAS.tag, value, self.now, "controller"))

    @rule(
        wrong=st.sampled_from(
            ["mode", "stale mode", "bad mode", "hot", "bad probe", "expired", "tag", "nan", "inf", "old"]
        ),
        value=st.floats(0, 300),
    )
    def go_wrong_suddenly(self, wrong: str, value: float) -> None:
        self.work_as_usual([(value, 5)])
        self.now += 5 * SECOND
        said = Command(GAS.tag, value, self.now, "controller")
        match wrong:
            case "mode":
                self.mode = "local"
            case "stale mode":
                self.ages["mode"] = timedelta(minutes=5)
            case "bad mode":
                self.qualities["mode"] = 64
            case "hot":
                self.temperature = 800.0
            case "bad probe":
                self.qualities["temperature"] = 0
            case "expired":
                self.approval = replace(ALLOWED, since=self.now - 10 * SECOND, until=self.now)
            case "old":
                said = replace(said, at=self.now - timedelta(minutes=5))
            case "tag":
                said = replace(said, tag="other")
            case _:
                said = replace(said, value=float(wrong))
        self.act(said)

    @rule()
    def silence(self) -> None:
        self.act(None)

    def act(self, said: Command | None) -> None:
        given_ = {
            "mode": Reading(self.mode, self.now - self.ages["mode"], self.qualities["mode"]),
            "gas": Reading(self.gas, self.now - self.ages["gas"], self.qualities["gas"]),
            "temperature": Reading(
                self.temperature, self.now - self.ages["temperature"], self.qualities["temperature"]
            ),
        }
        before = self.state
        found, self.state = decide(GAS, before, said, self.now, given_, self.approval)
        passed = min(max(self.now - before.at, timedelta()), GAS.longest_step).total_seconds()
        trusted = self.qualities["mode"] >= 192 and -2 * SECOND <= self.ages["mode"] <= GAS.fresh
        if found.value is None:
            if self.state.value is None:
                self.last = None
            return
        assert isfinite(found.value)
        assert GAS.low <= found.value <= GAS.high
        assert self.mode in GAS.modes
        assert trusted
        base = before.value if before.value is not None else min(max(self.gas, GAS.low), GAS.high)
        assert abs(found.value - base) <= GAS.rate_per_s * passed + 1e-9
        if found.verdict in ("accepted", "limited"):
            assert said is not None
            assert self.now - said.at <= GAS.fresh
            assert self.qualities["temperature"] >= 192
            assert said.tag == GAS.tag
            assert isfinite(said.value)
            assert 600 <= self.temperature <= 790
            assert self.approval is not None
            assert self.approval.holds(GAS.tag, self.now)
            assert self.approval.low <= found.value <= self.approval.high
        if found.verdict == "accepted":
            assert said is not None
            assert found.value == said.value
        if found.verdict in ("limited", "fallback", "refused"):
            assert found.reasons
        if self.last is not None:
            # The base is what really left last: nothing but an output or somebody's hand has moved it.
            assert before.value == self.last
        self.gas = self.last = found.value

    @invariant()
    def never_out_of_the_limits(self) -> None:
        if getattr(self, "last", None) is not None:
            assert self.last is not None
            assert GAS.low <= self.last <= GAS.high


TestNothingLeavesTheLimits = pytest.mark.slow(Plant.TestCase)
TestNothingLeavesTheLimits.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@given(value=anything, gas=number, temperature=anything, mode=st.text(max_size=8))
@settings(max_examples=300, deadline=None)
def test_one_decision_never_leaves_limits_rate_and_mode(
    value: float, gas: float, temperature: float, mode: str
) -> None:
    state = GuardState.begin(NOW - 5 * SECOND)
    found, _ = decide(GAS, state, command(value), NOW, readings(NOW, gas, mode, temperature), ALLOWED)
    if found.value is not None:
        assert GAS.low <= found.value <= GAS.high
        assert abs(found.value - gas) <= 5 * GAS.rate_per_s + 1e-6
        assert mode == "remote"
