"""GB/T 2828.1-2012 / ISO 2859-1:1999: code letters, main tables, operating characteristic, switching rules."""

from itertools import pairwise

import numpy as np
import pytest
import scipy.stats  # noqa: F401  its first import takes longer than a property test may
from hypothesis import given
from hypothesis import strategies as st

from linghang.engines.quality.inspection_sampling import (
    AQLS,
    LETTERS,
    LEVELS,
    LOT_SIZES,
    Plan,
    Severity,
    acceptance,
    code_letter,
    nearest_aql,
    outgoing,
    plan_for,
    plan_of,
    quality_at,
    tighter_aql,
)
from linghang.engines.quality.inspection_switching import Switching, judged, median_found
from linghang.errors import BadInput

TABLE_1 = [
    "AAAAAAB",
    "AAAAABC",
    "AABBBCD",
    "ABBCCDE",
    "BBCCCEF",
    "BBCDDFG",
    "BCDEEGH",
    "BCDEFHJ",
    "CCEFGJK",
    "CDEGHKL",
    "CDFGJLM",
    "CDFHKMN",
    "DEGJLNP",
    "DEGJMPQ",
    "DEHKNQR",
]
"""Rows of table 1, columns S-1 to S-4, I, II, III."""
PUBLISHED = """
normal A 6.5 A 2 0|normal A 10 C 5 1|normal A 15 B 3 1|normal A 25 A 2 1|normal A 1000 A 2 30|normal B 1000 B 3 44
normal C 4.0 B 3 0|normal C 1000 B 3 44|normal E 150 E 13 30|normal E 250 E 13 44|normal E 400 D 8 44
normal F 1.0 E 13 0|normal F 1.5 G 32 1|normal F 2.5 F 20 1|normal F 65 F 20 21|normal F 100 E 13 21
normal G 1.0 H 50 1|normal H 2.5 H 50 3|normal J 0.15 J 80 0|normal J 1.0 J 80 2|normal J 2.5 J 80 5
normal K 0.10 K 125 0|normal K 0.15 J 80 0|normal K 0.25 L 200 1|normal K 0.40 K 125 1|normal K 1.0 K 125 3
normal K 2.5 K 125 7|normal K 4.0 K 125 10|normal K 6.5 K 125 14|normal K 10 K 125 21|normal K 15 J 80 21
normal L 0.65 L 200 3|normal L 1.0 L 200 5|normal M 1.0 M 315 7|normal N 0.65 N 500 7|normal P 0.015 P 800 0
normal Q 0.015 P 800 0|normal R 0.010 Q 1250 0|normal R 0.015 P 800 0|normal R 0.025 R 2000 1|normal R 1.0 Q 1250 21
tightened A 10 A 2 0|tightened A 15 C 5 1|tightened A 1000 A 2 27|tightened B 1000 B 3 41|tightened E 250 E 13 41
tightened F 1.0 F 20 0|tightened F 2.5 G 32 1|tightened F 65 F 20 18|tightened F 100 E 13 18|tightened J 1.0 J 80 1
tightened K 0.15 K 125 0|tightened K 0.25 M 315 1|tightened K 0.40 L 200 1|tightened K 1.0 K 125 2
tightened K 2.5 K 125 5|tightened K 4.0 K 125 8|tightened K 6.5 K 125 12|tightened K 10 K 125 18|tightened L 1.0 L 200 3
tightened Q 0.010 R 2000 0|tightened Q 0.025 S 3150 1|tightened R 0.015 Q 1250 0|tightened R 0.025 S 3150 1
reduced A 10 D 3 1|reduced A 25 A 2 1|reduced A 1000 A 2 30|reduced B 4.0 B 2 0|reduced B 25 B 2 1|reduced B 1000 B 2 30
reduced C 100 C 2 6|reduced C 650 C 2 21|reduced C 1000 B 2 30|reduced E 150 E 5 14|reduced E 250 E 5 21
reduced F 65 F 8 10|reduced F 100 E 5 10|reduced K 0.10 K 50 0|reduced K 0.15 J 32 0|reduced K 0.25 M 125 1
reduced K 0.40 L 80 1|reduced K 0.65 K 50 1|reduced K 1.0 K 50 2|reduced K 1.5 K 50 3|reduced K 2.5 K 50 5
reduced K 4.0 K 50 6|reduced K 6.5 K 50 8|reduced K 10 K 50 10|reduced M 6.5 L 80 10|reduced Q 0.025 N 200 0
reduced P 0.040 R 800 1|reduced R 0.065 R 800 2
""".replace("\n", "|").strip("|").split("|")  # fmt: skip
"""Cells of tables 2-A, 2-B and 2-C, arrows followed: severity, letter, AQL, letter that applies, n, Ac."""


def test_table_1_code_letters() -> None:
    for row, (size, letters) in enumerate(zip((*LOT_SIZES, 10**9), TABLE_1, strict=True)):
        least = LOT_SIZES[row - 1] + 1 if row else 2
        for lot in (least, size):
            assert "".join(code_letter(lot, level) for level in LEVELS) == letters


@pytest.mark.parametrize("cell", PUBLISHED)
def test_tables_2a_2b_2c(cell: str) -> None:
    severity, letter, aql, applies, size, accept = cell.split()
    found = plan_of(letter, float(aql), severity)  # type: ignore[arg-type]
    assert (found.letter, found.size, found.accept, found.reject) == (applies, int(size), int(accept), int(accept) + 1)


@given(st.sampled_from(LETTERS[:-1]), st.sampled_from(AQLS[1:]), st.sampled_from(("normal", "tightened", "reduced")))
def test_of_the_same_sample_a_tighter_aql_accepts_less(letter: str, aql: float, severity: Severity) -> None:
    tighter = tighter_aql(aql)
    assert tighter is not None
    loose, tight = plan_of(letter, aql, severity), plan_of(letter, tighter, severity)
    assert tight.letter != loose.letter or tight.accept < loose.accept or loose.letter != letter


@given(st.sampled_from(LETTERS[:-1]), st.sampled_from([one for one in AQLS if one <= 10]))
def test_at_the_aql_tightened_inspection_accepts_no_more_than_normal(letter: str, aql: float) -> None:
    assert acceptance(plan_of(letter, aql, "tightened"), aql)[0] <= acceptance(plan_of(letter, aql), aql)[0] + 1e-12


@pytest.mark.parametrize(
    ("plan", "aql_accepted", "consumer_percent"),
    [
        # tables 5-A and 6-A (consumer's risk quality at 10 %) and 10-x-1 of the standard, Poisson/binomial
        (Plan("K", 125, 3), 0.9621, 5.27),
        (Plan("J", 80, 2), 0.9534, 6.52),
        (Plan("F", 20, 0), 0.8179, 10.9),
        (Plan("L", 200, 5), 0.9839, 4.59),
    ],
)
def test_operating_characteristic(plan: Plan, aql_accepted: float, consumer_percent: float) -> None:
    """Accepted at 1 %, and the quality that is accepted once in ten times."""
    assert acceptance(plan, 1.0)[0] == pytest.approx(aql_accepted, abs=2e-3)
    assert quality_at(plan, 0.10) == pytest.approx(consumer_percent, abs=0.01 * consumer_percent)


def test_acceptance_is_the_sum_of_the_binomial_by_hand() -> None:
    by_hand = 0.99**125 + 125 * 0.01 * 0.99**124 + 7750 * 0.01**2 * 0.99**123 + 317750 * 0.01**3 * 0.99**122
    assert acceptance(Plan("K", 125, 3), 1.0)[0] == pytest.approx(by_hand, rel=1e-12)
    poisson = np.exp(-1.25) * (1 + 1.25 + 1.25**2 / 2 + 1.25**3 / 6)
    assert acceptance(Plan("K", 125, 3), 1.0, counts="flaws")[0] == pytest.approx(poisson, rel=1e-12)


@given(st.sampled_from(LETTERS[:13]), st.sampled_from([one for one in AQLS if one <= 10]), st.floats(0.02, 0.98))
def test_quality_at_is_the_inverse_of_acceptance(letter: str, aql: float, probability: float) -> None:
    plan = plan_of(letter, aql)
    if plan.accept < plan.size:
        assert acceptance(plan, quality_at(plan, probability))[0] == pytest.approx(probability, abs=1e-6)
    assert acceptance(plan, quality_at(plan, probability, "flaws"), counts="flaws")[0] == pytest.approx(probability)


@given(st.integers(2, 3000), st.sampled_from(AQLS[:16]))
def test_type_a_and_edges(lot: int, aql: float) -> None:
    plan = plan_for(lot, aql)
    assert 1 <= plan.size <= lot
    assert plan.whole == (plan.size == lot)
    curve = acceptance(plan, np.linspace(0, 100, 9), lot_size=lot)
    assert curve[0] == 1
    assert curve[-1] == (1 if plan.accept >= plan.size else 0)
    assert all(after <= before + 1e-12 for before, after in pairwise(curve))


def test_outgoing_quality_is_best_at_both_ends() -> None:
    curve = outgoing(plan_for(2000, 1.0), [0.0, 1.0, 30.0], 2000)
    assert curve[0] == 0
    assert curve[1] > 0.8
    assert curve[2] < 1e-6


def test_nonsense_is_refused() -> None:
    with pytest.raises(BadInput, match=r"next tighter one is 0\.65"):
        plan_of("K", 0.9)
    assert nearest_aql(0.9) == 0.65
    with pytest.raises(BadInput, match="at least 2"):
        code_letter(1)
    with pytest.raises(BadInput, match="no code letter S"):
        plan_of("S", 1.0)
    with pytest.raises(BadInput, match="no inspection level"):
        code_letter(100, "IV")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="between 0 and 100"):
        acceptance(Plan("K", 125, 3), 101)


# --- 9.3 and 9.4: switching ---

AC_0, AC_2 = Plan("F", 20, 0), Plan("J", 80, 2)


def fed(switching: Switching, lots: str, plan: Plan = AC_0, *, also_tighter: bool = True) -> Switching:
    """Feed lots: + accepted, - not accepted."""
    for one in lots:
        switching.take(one == "+", plan, also_tighter=also_tighter and one == "+")
    return switching


@pytest.mark.parametrize(
    ("lots", "state"),
    [
        ("--", "tightened"),
        ("-+++-", "tightened"),
        ("-++++-", "normal"),
        ("+-++++-++++-", "normal"),
        ("--+++++", "normal"),
        ("--++++-+++++", "normal"),
        ("--++++", "tightened"),
        ("---+-+-+-+-", "discontinued"),
        ("---+-+-+", "tightened"),
        ("--" + "+++++" + "--" + "----", "tightened"),
    ],
)
def test_9_3_1_to_9_3_3_states(lots: str, state: str) -> None:
    assert fed(Switching(), lots).state == state


def test_9_3_3_2_score_of_plans_with_ac_0_and_1() -> None:
    assert fed(Switching(), "+" * 14).score == 28
    assert fed(Switching(), "+" * 14 + "-" + "+").score == 2
    assert fed(Switching(), "+" * 15).state == "reduced"


def test_9_3_3_2_score_of_plans_with_ac_2_and_more() -> None:
    assert fed(Switching(), "+" * 9, AC_2).score == 27
    assert fed(Switching(), "+" * 10, AC_2).state == "reduced"
    slack = fed(Switching(), "+" * 9, AC_2)
    fed(slack, "+", AC_2, also_tighter=False)
    assert (slack.score, slack.state) == (0, "normal")


def test_9_3_3_1_reduced_only_if_steady_and_wanted() -> None:
    assert fed(Switching(may_reduce=False), "+" * 40).state == "normal"
    unsteady = Switching()
    for _ in range(20):
        unsteady.take(True, AC_0, steady=False)
    assert unsteady.state == "normal"


def test_9_3_4_reduced_ends_with_a_refused_lot_or_irregular_production() -> None:
    assert fed(Switching(), "+" * 15 + "-").state == "normal"
    irregular = fed(Switching(), "+" * 15)
    irregular.take(True, AC_0, steady=False)
    assert irregular.state == "normal"
    assert irregular.score == 0


def test_9_4_discontinued_until_it_is_resumed() -> None:
    stopped = fed(Switching(), "-" * 7)
    assert stopped.state == "discontinued"
    assert fed(stopped, "+" * 50).state == "discontinued"
    stopped.resume()
    assert stopped.state == "tightened"
    assert fed(stopped, "+++++").state == "normal"


@given(st.text("+-", max_size=200))
def test_switches_are_only_those_of_the_standard(lots: str) -> None:
    allowed = {
        ("normal", "tightened"),
        ("normal", "reduced"),
        ("tightened", "normal"),
        ("tightened", "discontinued"),
        ("reduced", "normal"),
    }
    done = fed(Switching(), lots)
    assert {(one.before, one.after) for one in done.switches} <= allowed
    assert all(before.after == after.before for before, after in pairwise(done.switches))
    assert done.state == (done.switches[-1].after if done.switches else "normal")
    assert 0 <= done.score <= 30


# --- recorded lots ---


def test_a_recorded_lot_is_judged_by_the_plan() -> None:
    assert judged(2000, 125, 3, 1.0, "II", "normal").accepted is True
    assert judged(2000, 125, 4, 1.0, "II", "normal").accepted is False
    assert judged(2000, 125, 2, 1.0, "II", "normal").also_tighter
    assert not judged(2000, 125, 3, 1.0, "II", "normal").also_tighter


def test_too_small_a_sample_decides_only_if_it_is_already_bad() -> None:
    assert judged(2000, 80, 0, 1.0, "II", "normal").accepted is None
    assert judged(2000, 80, 4, 1.0, "II", "normal").accepted is False


def test_of_a_lot_inspected_completely_the_median_sample_is_taken() -> None:
    found = judged(2000, 2000, 40, 1.0, "II", "normal")
    assert found.found == median_found(2000, 40, 125) == 2
    assert found.accepted is True
    assert judged(2000, 2000, 80, 1.0, "II", "normal").accepted is False


@given(st.integers(2, 400), st.data())
def test_the_median_count_is_possible(lot: int, data: st.DataObject) -> None:
    bad, size = data.draw(st.integers(0, lot)), data.draw(st.integers(1, lot))
    assert max(0, size + bad - lot) <= median_found(lot, bad, size) <= min(size, bad)
