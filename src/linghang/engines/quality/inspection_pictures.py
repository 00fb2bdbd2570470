"""Pictures of surfaces among the files: classes, boxes, good surfaces. Part of `quality.inspection`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from linghang.engines.charts import AnyChart, Axis, Chart, Heatmap, Picture, Series
from linghang.engines.contract import Inputs, ResultTable
from linghang.engines.quality.inspection import Part
from linghang.engines.quality.inspection_features import Singles, decoded, working
from linghang.engines.quality.inspection_marking import Marker, marker, mask_of, voc_boxes
from linghang.engines.quality.inspection_surface import Box, boxes, good_surface, patches, spots
from linghang.engines.quality.inspection_vision import Learnt, Model, learnt, loaded
from linghang.errors import BadInput
from linghang.words import Text

if TYPE_CHECKING:
    from linghang.engines.quality.inspection import Settings

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
CURVE = (2, 3, 5, 8, 12, 16, 24, 32, 48)


@dataclass(frozen=True)
class Shot:
    """A picture at the working size, and the (height, width) that its file has."""

    image: Singles
    shape: tuple[int, int]


def _shot(name: str, content: bytes) -> Shot:
    grey = decoded(content, name)
    return Shot(working(grey), (int(grey.shape[0]), int(grey.shape[1])))


def _marked(shot: Shot, label: str, where: Marker | None) -> list[tuple[Box, float]]:
    return spots(shot.image, shot.shape) if where is None else where.mark(shot.image, label, shot.shape)


def picture_part(inputs: Inputs, settings: "Settings") -> Part:
    """Do with the pictures what their labels allow; nothing without pictures."""
    names = sorted(name for name in inputs.files if name.lower().endswith(ENDINGS))
    if not names:
        return Part()
    pictures = {name: _shot(name, inputs.files[name]) for name in names}
    labels = _labels(names, settings)
    asked = [name for name in names if name not in labels]
    kinds = sorted(set(labels.values()))
    if settings.model_file in inputs.files:
        return _classified(loaded(inputs.files[settings.model_file]), pictures, asked or names, None, settings)
    if len(kinds) >= 2 and min(list(labels.values()).count(kind) for kind in kinds) >= 2:
        return _trained(inputs, settings, pictures, labels, asked)
    if kinds == [settings.good_label] and len(labels) >= 5:
        return _against_good(settings, pictures, sorted(labels), asked)
    return _within(settings, pictures, asked or names)


def _labels(names: list[str], settings: "Settings") -> dict[str, str]:
    found = {}
    for name in names:
        folder, _, own = name.replace("\\", "/").rpartition("/")
        stem = own.rpartition(".")[0]
        label = folder.rpartition("/")[2] if settings.labels_from == "folder" else stem.rpartition("_")[0]
        if label and label not in settings.unlabelled:
            found[name] = label
    for one in settings.labels:
        name, _, label = one.partition("=")
        if name in names:
            found[name] = label
    return found


def _trained(
    inputs: Inputs, settings: "Settings", pictures: dict[str, Shot], labels: dict[str, str], asked: list[str]
) -> Part:
    own = sorted(labels)
    known = learnt(
        [pictures[name].image for name in own], [labels[name] for name in own], settings.variants, inputs.seed
    )
    inputs.progress(0.8)
    least = min(int((known.labels == kind).sum()) for kind in set(known.labels.tolist()))
    table = known.confusion(min(settings.folds, least), settings.repeats, inputs.seed)
    curve = known.curve(CURVE, settings.repeats, inputs.seed)
    right, total = int(np.trace(table)), int(table.sum())
    model = known.model()
    each = table.diagonal() / np.maximum(table.sum(axis=1), 1)
    low = int(each.argmin())
    share, worst = f"{right / total:.1%}", f"{model.classes[low]} {each[low]:.0%}"
    sentence = Text(
        f"{len(own)}张标注图像、{len(model.classes)}类，交叉验证准确率{share}（最低{worst}）",
        f"{len(own)} labelled pictures of {len(model.classes)} classes: accuracy in cross-validation {share} "
        f"(lowest {worst})",
    )
    charts: list[AnyChart] = [_heatmap(model, table)]
    if curve:
        charts.append(_curve(curve))
    part = _classified(model, pictures, asked, _marker(inputs, pictures, labels), settings)
    return Part(
        sentences=(sentence, *part.sentences),
        tables=(("vision", _accuracy(known, model, table)), *part.tables),
        charts=(*charts, *part.charts),
    )


def _marker(inputs: Inputs, pictures: dict[str, Shot], labels: dict[str, str]) -> Marker | None:
    """Learn where defects lie, if boxes came with the labelled pictures."""
    files = {name.rpartition("/")[2]: name for name in inputs.files if name.lower().endswith(".xml")}
    found, kinds, masks = [], [], []
    for name in sorted(labels):
        xml = files.get(name.rpartition("/")[2].rpartition(".")[0] + ".xml")
        if xml is not None:
            shape = pictures[name].shape
            found.append(patches(pictures[name].image))
            kinds.append(labels[name])
            masks.append(mask_of(voc_boxes(inputs.files[xml], shape, xml), shape, found[-1].shape[:2]))
    try:
        return marker(found, kinds, masks) if found else None
    except BadInput:
        return None


def _classified(
    model: Model, pictures: dict[str, Shot], asked: list[str], where: Marker | None, settings: "Settings"
) -> Part:
    if not asked:
        return Part()
    rows: dict[str, list[object]] = {"file": [], "class": [], "share_percent": [], "second": [], "boxes": []}
    charts = []
    for name in asked:
        label, share = model.classify(pictures[name].image)
        marked = _marked(pictures[name], label, where)
        order = np.argsort(-share, kind="stable")
        for column, cell in zip(
            rows, (name, label, round(100 * float(share.max()), 2), model.classes[order[1]], len(marked)), strict=True
        ):
            rows[column].append(cell)
        charts.append(_picture(name, label, marked))
    data = pa.table(rows)
    titles = {"file": Text("文件", "File"), "class": Text("类别", "Class"), "share_percent": Text("把握 %", "Share %"),
              "second": Text("次选", "Second"), "boxes": Text("框数", "Boxes")}  # fmt: skip
    title = Text(f"图像判别（模型 {model.digest[:12]}）", f"Pictures (model {model.digest[:12]})")
    sentence = Text(f"{len(asked)}张图像已判别", f"{len(asked)} pictures classified")
    return Part((sentence,), (("pictures", ResultTable(title, data, titles)),), tuple(charts[: settings.shown]))


def _against_good(settings: "Settings", pictures: dict[str, Shot], good: list[str], asked: list[str]) -> Part:
    model = good_surface([patches(pictures[name].image) for name in good])
    rows: dict[str, list[object]] = {"file": [], "score": [], "limit": [], "unlike_good": [], "boxes": []}
    charts = []
    for name in asked:
        score, each = model.score(pictures[name].image)
        marked = boxes(each, model.patch_limit, pictures[name].shape)
        for column, cell in zip(rows, (name, score, model.limit, score > model.limit, len(marked)), strict=True):
            rows[column].append(cell)
        charts.append(_picture(name, "", marked))
    bad = sum(bool(one) for one in rows["unlike_good"])
    titles = {"file": Text("文件", "File"), "score": Text("得分", "Score"), "limit": Text("界限", "Limit"),
              "unlike_good": Text("异于良品", "Unlike good"), "boxes": Text("框数", "Boxes")}  # fmt: skip
    types = (pa.string(), pa.float64(), pa.float64(), pa.bool_(), pa.int64())
    data = pa.table({name: pa.array(rows[name], kind) for name, kind in zip(rows, types, strict=True)})
    title = Text(f"与良品比较（模型 {model.digest[:12]}）", f"Against good surfaces (model {model.digest[:12]})")
    sentence = Text(
        f"以{len(good)}张良品图像为准，{len(asked)}张中{bad}张异常",
        f"against {len(good)} good surfaces, {bad} of {len(asked)} pictures stand out",
    )
    return Part((sentence,), (("surfaces", ResultTable(title, data, titles)),), tuple(charts[: settings.shown]))


def _within(settings: "Settings", pictures: dict[str, Shot], asked: list[str]) -> Part:
    found = {name: spots(pictures[name].image, pictures[name].shape) for name in asked}
    data = pa.table({
        "file": pa.array(list(found), pa.string()),
        "boxes": pa.array([len(one) for one in found.values()], pa.int64()),
        "highest_score": pa.array([one[0][1] if one else None for one in found.values()], pa.float64()),
    })  # fmt: skip
    titles = {
        "file": Text("文件", "File"),
        "boxes": Text("框数", "Boxes"),
        "highest_score": Text("最高得分", "Highest score"),
    }
    sentence = Text(
        f"{len(found)}张图像无足够标注，仅标出与自身其余部分不同之处",
        f"{len(found)} pictures without enough labels: only what differs within a picture is marked",
    )
    charts = tuple(_picture(name, "", one) for name, one in found.items())[: settings.shown]
    title = Text("图像内的突出部位", "What stands out within a picture")
    return Part((sentence,), (("spots", ResultTable(title, data, titles)),), charts)


def _picture(name: str, label: str, marked: list[tuple[Box, float]]) -> Picture:
    shown = tuple((*box, label, round(score, 4)) for box, score in marked[:20])
    return Picture(f"picture:{name}", Text(f"{name} {label}".strip(), f"{name} {label}".strip()), name, shown)


def _heatmap(model: Model, table: np.ndarray) -> Heatmap:
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1) * 100
    return Heatmap(
        "confusion",
        Text("交叉验证混淆矩阵", "Confusion in cross-validation"),
        Axis(Text("判为", "Given"), kind="category"),
        Axis(Text("真实", "True"), kind="category"),
        model.classes,
        model.classes,
        [[round(float(one), 2) for one in row] for row in share],
        "%",
    )


def _curve(curve: list[tuple[int, float]]) -> Chart:
    return Chart(
        "learning",
        Text("学习曲线", "Learning curve"),
        Axis(Text("每类训练图像", "Pictures a class to learn from")),
        Axis(Text("其余图像准确率", "Accuracy on the others"), "%"),
        (Series(Text("准确率", "Accuracy"), [float(size) for size, _ in curve], [100 * one for _, one in curve]),),
    )


def _accuracy(known: Learnt, model: Model, table: np.ndarray) -> ResultTable:
    data = pa.table({
        "class": pa.array(model.classes, pa.string()),
        "pictures": pa.array([int((known.labels == one).sum()) for one in model.classes], pa.int64()),
        "found_percent": pa.array(np.round(100 * table.diagonal() / np.maximum(table.sum(axis=1), 1), 2), pa.float64()),
        "right_percent": pa.array(np.round(100 * table.diagonal() / np.maximum(table.sum(axis=0), 1), 2), pa.float64()),
    })  # fmt: skip
    names = {"class": Text("类别", "Class"), "pictures": Text("图像数", "Pictures"),
             "found_percent": Text("召回率 %", "Found %"), "right_percent": Text("精确率 %", "Right %")}  # fmt: skip
    return ResultTable(Text("缺陷识别（交叉验证）", "Defects told apart (cross-validation)"), data, names)
