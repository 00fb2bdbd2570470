"""Digital inspection: plans and sampling, gauges, digital capture of key characteristics, surface defects.

Follows GB/T 2828.1-2012 / ISO 2859-1:1999 (sampling by attributes), the AIAG manual of measurement systems analysis
(gauge studies) and, for pictures, the papers named in `inspection_features`. Clause: 2024 三(三)3, digital inspection
of key quality characteristics: a key characteristic counts as covered when in the window at least a given share of its
inspections was marked as digital and left a plausible result. That is stricter than the plain derivation from the
records (any digital inspection in the window), never looser.

What it cannot do: see whether a result was really read from a gauge and not typed with the mark “digital” (it names
signs of typing and leaves such a characteristic open); prove a sampling plan right for a contract; learn defects from
fewer than two pictures a class; double, multiple and variables sampling.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from linghang.engines.charts import AnyChart
from linghang.engines.contract import (
    EngineCard,
    Event,
    Inputs,
    Observed,
    Result,
    ResultTable,
    micros,
    nothing_to_say,
)
from linghang.errors import BadInput
from linghang.words import Text

ELEMENT = "advanced.production.digital-inspection"
CARD = EngineCard(
    id="quality.inspection",
    version="1",
    title=Text("数字化检测", "Digital inspection"),
    does=Text(
        "评估关键质量特性的数字化采集，按GB/T 2828.1跟踪抽样转移状态，分析测量系统，并识别表面缺陷图像",
        "Judges the digital capture of key characteristics, tracks sampling by ISO 2859-1, analyses gauges, and tells "
        "surface defects in pictures",
    ),
    elements=(ELEMENT,),
    scenes=(24,),
    needs=("inspection", "quality_characteristic"),
    uses=("lot", "defect", "nonconformance", "files"),
    references=("GB/T 2828.1-2012", "ISO 2859-1:1999", "AIAG MSA 4th ed.", "Guo et al. 2010", "Bruna & Mallat 2013"),
    extra="analysis",
)


@dataclass(frozen=True)
class Settings:
    """Settings of the engine.

    Attributes
    ----------
    captured_share
        Least share of a key characteristic's inspections that left a plausible digital result. 0.9: a tenth for
        breakdowns of a gauge, first articles and re-inspection by hand. Ours; no text gives one.
    plausible_tolerances
        How many tolerances beyond its limits a value is still plausible. 5: really bad parts are a few tolerances
        off, a wrong unit or a dead sensor hundreds. Ours.
    key_aql_percent, other_aql_percent
        AQL of key and other characteristics: 1.0 and 2.5 are what contracts commonly name for major and minor
        characteristics; the contract decides.
    level
        Inspection level; II is the standard's own default (10.1).
    reduced_inspection
        Whether the responsible authority wants reduced inspection (9.3.3.1 d): nobody can assume it, so no.
    history_days
        How many days before the window lots are followed, so that the state at its end is known. 180: a reduced state
        takes at least ten lots, a discontinued one at least seven.
    gauge_method, pool_above
        How repeated measurements are analysed. `pool_above` empty keeps the interaction always, which is the cautious
        reading; 0.25 is AIAG's practice.
    labels_from
        Where the class of a picture comes from: the folder it lies in, or its name up to the last underscore. Pictures
        without one are those to be classified.
    labels
        Further classes as `name=class`.
    unlabelled
        Folders that are no classes: what lies in them is to be classified.
    good_label
        Class of pictures of good surfaces; where it is the only one, the others are judged against it.
    model_file
        Name of a saved model among the files; with it nothing is trained.
    variants
        How many varied copies of each picture are learnt. 2: more gained nothing in cross-validation, and each costs
        as much time as the picture.
    folds, repeats
        Of the cross-validation of labelled pictures. 5 and 3: enough to see a tenth of the pictures' share.
    shown
        At most so many pictures, and series of lots, are drawn.
    """

    captured_share: float = 0.9
    plausible_tolerances: float = 5.0
    key_aql_percent: float = 1.0
    other_aql_percent: float = 2.5
    level: Literal["S-1", "S-2", "S-3", "S-4", "I", "II", "III"] = "II"
    reduced_inspection: bool = False
    history_days: int = 180
    gauge_method: Literal["anova", "average_range", "nested"] = "anova"
    pool_above: float | None = None
    labels_from: Literal["folder", "name"] = "folder"
    labels: tuple[str, ...] = ()
    unlabelled: tuple[str, ...] = ("new", "test", "待检")
    good_label: str = "good"
    model_file: str = "model.npz"
    variants: int = 2
    folds: int = 5
    repeats: int = 3
    shown: int = 12

    def __post_init__(self) -> None:
        from linghang.engines.quality.inspection_sampling import AQLS, nearest_aql

        if not 0 < self.captured_share <= 1 or not 0 < self.plausible_tolerances <= 1000:
            raise BadInput("the share lies above 0 and up to 1, and the band above 0")
        for one in (self.key_aql_percent, self.other_aql_percent):
            if one not in AQLS:
                raise BadInput(
                    "{aql} is no AQL of the tables; the next tighter one is {nearest}",
                    aql=one,
                    nearest=nearest_aql(one),
                )
        if not 0 <= self.history_days <= 3660 or not 0 <= self.variants <= 20 or not 0 <= self.shown <= 200:
            raise BadInput("the history has up to ten years, the variants up to 20, and at most 200 are shown")
        if not 2 <= self.folds <= 20 or not 1 <= self.repeats <= 50:
            raise BadInput("a cross-validation has 2 to 20 folds and 1 to 50 repeats")
        if self.pool_above is not None and not 0 < self.pool_above < 1:
            raise BadInput("a probability lies between 0 and 1")
        if any("=" not in one for one in self.labels):
            raise BadInput("labels are written as name=class")


@dataclass(frozen=True)
class Part:
    """What one part of the engine found; parts are joined into the result."""

    sentences: tuple[Text, ...] = ()
    tables: tuple[tuple[str, ResultTable], ...] = ()
    charts: tuple[AnyChart, ...] = ()
    observations: tuple[Observed, ...] = ()
    events: tuple[Event, ...] = ()
    needs: tuple[str, ...] = ()


def run(inputs: Inputs, settings: Settings) -> Result:
    """Run it: the same inputs and settings give the same result."""
    from linghang.engines.quality.inspection_defects import defect_part, nonconformance_part
    from linghang.engines.quality.inspection_gauges import gauge_part
    from linghang.engines.quality.inspection_keys import capture_part
    from linghang.engines.quality.inspection_lots import sampling_part
    from linghang.engines.quality.inspection_pictures import picture_part
    from linghang.engines.quality.inspection_records import inspections

    start, end = micros(inputs.start), micros(inputs.end)
    found = inspections(inputs.tables, start - settings.history_days * 86_400_000_000, end)
    inputs.progress(0.1)
    window = found.take(found.at_us >= start)
    parts = [capture_part(inputs, settings, window)]
    inputs.progress(0.3)
    parts.append(sampling_part(inputs, settings, found))
    parts.append(defect_part(inputs))
    parts.append(nonconformance_part(inputs))
    parts.append(gauge_part(inputs, settings, window))
    inputs.progress(0.5)
    parts.append(picture_part(inputs, settings))
    inputs.progress(1.0)
    return _joined(parts)


def _joined(parts: Sequence[Part]) -> Result:
    sentences = [one for part in parts for one in part.sentences]
    needs = tuple(dict.fromkeys(one for part in parts for one in part.needs))
    if not sentences:
        return nothing_to_say(needs)
    return Result(
        finding=Text("；".join(one.zh for one in sentences), "; ".join(one.en for one in sentences)),
        tables=dict(one for part in parts for one in part.tables),
        charts=tuple(one for part in parts for one in part.charts),
        observations=tuple(one for part in parts for one in part.observations),
        events=tuple(sorted((one for part in parts for one in part.events), key=lambda one: (one.at, one.subject))),
        needs=needs,
    )
