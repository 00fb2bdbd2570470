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

from collections.abc import Mapping, Sequence
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
from linghang.engines.settings import DAYS, setting
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


LEVELS: Mapping[str, Text] = {
    **{one: Text(f"特殊检验水平{one}", f"Special level {one}") for one in ("S-1", "S-2", "S-3", "S-4")},
    "I": Text("一般检验水平Ⅰ", "General level I"),
    "II": Text("一般检验水平Ⅱ", "General level II"),
    "III": Text("一般检验水平Ⅲ", "General level III"),
}
GAUGE_METHODS: Mapping[str, Text] = {
    "anova": Text("方差分析法", "Analysis of variance"),
    "average_range": Text("均值极差法", "Average and range"),
    "nested": Text("嵌套法（破坏性测量）", "Nested (destructive tests)"),
}
LABELS_FROM: Mapping[str, Text] = {
    "folder": Text("所在文件夹", "The folder it lies in"),
    "name": Text("文件名（到最后一个下划线）", "Its name, up to the last underscore"),
}


@dataclass(frozen=True)
class Settings:
    """Settings of the engine."""

    captured_share: float = setting(
        0.9,
        Text("数字化采集率下限", "Least share captured"),
        Text(
            "关键质量特性的检验中，留下可信数字化结果的最低比例。默认 0.9：一成留给量具故障、首件和人工复检。"
            "平台取值，没有文件规定。",
            "Least share of a key characteristic's inspections that left a plausible digital result. 0.9: a tenth for "
            "breakdowns of a gauge, first articles and re-inspection by hand. Ours; no text gives one.",
        ),
    )
    plausible_tolerances: float = setting(
        5.0,
        Text("可信范围", "Plausible band"),
        Text(
            "数值超出规格限多少倍公差以内仍然可信。默认 5：真正的不合格品偏离几倍公差，"
            "单位错误或传感器失效则偏离数百倍。平台取值。",
            "How many tolerances beyond its limits a value is still plausible. 5: really bad parts are a few "
            "tolerances off, a wrong unit or a dead sensor hundreds. Ours.",
        ),
    )
    key_aql_percent: float = setting(
        1.0,
        Text("关键特性的接收质量限（AQL）", "AQL of key characteristics"),
        Text(
            "默认 1.0，合同对重要特性的常用值；以合同为准。",
            "1.0 is what contracts commonly name for major characteristics; the contract decides.",
        ),
        "%",
    )
    other_aql_percent: float = setting(
        2.5,
        Text("其他特性的接收质量限（AQL）", "AQL of other characteristics"),
        Text(
            "默认 2.5，合同对次要特性的常用值；以合同为准。",
            "2.5 is what contracts commonly name for minor characteristics; the contract decides.",
        ),
        "%",
    )
    level: Literal["S-1", "S-2", "S-3", "S-4", "I", "II", "III"] = setting(
        "II",
        Text("检验水平", "Inspection level"),
        Text("默认一般检验水平Ⅱ，即标准本身的默认（10.1）。", "General level II is the standard's own default (10.1)."),
        choices=LEVELS,
    )
    reduced_inspection: bool = setting(
        False,
        Text("采用放宽检验", "Reduced inspection"),
        Text(
            "负责部门是否认为可以采用放宽检验（9.3.3.1 d）。默认否：谁也不能代为假定。",
            "Whether the responsible authority wants reduced inspection (9.3.3.1 d): nobody can assume it, so no.",
        ),
    )
    history_days: int = setting(
        180,
        Text("批次回看天数", "Lots followed before the window"),
        Text(
            "从窗口之前多少天开始跟踪批次，以得到窗口结束时的转移状态。默认 180：转入放宽至少需要十批，"
            "暂停至少需要七批。",
            "How many days before the window lots are followed, so that the state at its end is known. 180: a reduced "
            "state takes at least ten lots, a discontinued one at least seven.",
        ),
        DAYS,
    )
    gauge_method: Literal["anova", "average_range", "nested"] = setting(
        "anova",
        Text("测量系统分析方法", "Method of gauge studies"),
        Text("重复测量如何分析。", "How repeated measurements are analysed."),
        choices=GAUGE_METHODS,
    )
    pool_above: float | None = setting(
        None,
        Text("交互作用合并界限", "Interaction pooled above"),
        Text(
            "交互作用检验的 p 值高于此值时，并入重复性。留空则始终保留交互作用，这是谨慎的做法；AIAG通常取 0.25。",
            "Probability above which the interaction is counted as repeatability. Empty keeps it always, which is the "
            "cautious reading; 0.25 is AIAG's practice.",
        ),
    )
    labels_from: Literal["folder", "name"] = setting(
        "folder",
        Text("图像类别的来源", "Class of a picture"),
        Text(
            "图像的类别取自何处；没有类别的图像即为待分类的图像。",
            "Where the class of a picture comes from. Pictures without one are those to be classified.",
        ),
        choices=LABELS_FROM,
    )
    labels: tuple[str, ...] = setting(
        (),
        Text("补充的图像类别", "Further classes"),
        Text("写作“图像名=类别”。", "Written as “name=class”."),
    )
    unlabelled: tuple[str, ...] = setting(
        ("new", "test", "待检"),
        Text("待分类文件夹", "Folders to classify"),
        Text(
            "不是类别的文件夹：其中的图像待分类。",
            "Folders that are no classes: what lies in them is to be classified.",
        ),
    )
    good_label: str = setting(
        "good",
        Text("良品类别", "Class of good surfaces"),
        Text(
            "表面良好的图像的类别；如果只有这一类，其他图像都与它比较。",
            "Class of pictures of good surfaces; where it is the only one, the others are judged against it.",
        ),
    )
    model_file: str = setting(
        "model.npz",
        Text("模型文件", "Saved model"),
        Text(
            "所给文件中已保存模型的文件名；有此文件则不再训练。",
            "Name of a saved model among the files; with it nothing is trained.",
        ),
    )
    variants: int = setting(
        2,
        Text("图像变体数", "Varied copies"),
        Text(
            "每张图像学习多少个变体。默认 2：再多在交叉验证中没有收益，每个变体耗时与图像本身相同。",
            "How many varied copies of each picture are learnt. 2: more gained nothing in cross-validation, and each "
            "costs as much time as the picture.",
        ),
    )
    folds: int = setting(
        5,
        Text("交叉验证折数", "Folds of the cross-validation"),
        Text(
            "用于有类别的图像。默认 5 折、重复 3 次，足以看出一成图像的差别。",
            "Of labelled pictures. 5, three times over: enough to see a tenth of the pictures' share.",
        ),
    )
    repeats: int = setting(
        3,
        Text("交叉验证重复次数", "Repeats of the cross-validation"),
        Text(
            "用于有类别的图像。默认 5 折、重复 3 次，足以看出一成图像的差别。",
            "Of labelled pictures. Five folds, 3 times over: enough to see a tenth of the pictures' share.",
        ),
    )
    shown: int = setting(
        12,
        Text("绘制数量上限", "Most that is drawn"),
        Text("最多绘制多少张图像、多少个批次序列。", "At most so many pictures, and series of lots, are drawn."),
    )

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
