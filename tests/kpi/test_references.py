"""Published averages name what they are of and whence, and are marked as references."""

from linghang.conditions.shelf import load_pack
from linghang.kpi.indicators import RULES
from linghang.kpi.references import PUBLISHED, published


def test_published_numbers_name_known_indicators_and_their_source() -> None:
    ids = {rule.id for rule in RULES}
    for one in PUBLISHED:
        assert one.indicator is None or one.indicator in ids
        assert one.source
        assert one.confidence in ("H", "M", "L")


def test_every_published_number_stands_beside_its_indicator_the_newest_first() -> None:
    found = [
        one for name in (*(one.id for one in load_pack("national-2024").indicators), None) for one in published(name)
    ]
    assert sorted(found, key=repr) == sorted(PUBLISHED, key=repr)
    assert [one.as_of for one in published("development_cycle")] == ["2025-11", "2025-11", "2025-02", "2022-06"]
    assert published("oee") == ()


def test_a_published_number_says_of_itself_that_it_is_a_reference_only() -> None:
    (one, *_) = published("ai_scene_share")
    said = one.to_dict()
    assert said["use"] == "reference_only"
    assert said["of"] == {"zh": "卓越级智能工厂平均", "en": "average of excellence-level factories"}
    assert (said["bound"], said["unit"]) == ("over", "%")
