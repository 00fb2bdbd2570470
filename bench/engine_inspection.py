"""Inspection beside what is published: gauge studies, sampling tables, steel surfaces (NEU-DET), boxes, good surfaces.

Peer of the pictures: local binary patterns and a support vector machine, run here on the same folds. The published
figure for it was made on other pictures of the same set (learnt on the shared 120, tested on 120 kept back).
"""

import argparse
import csv
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linghang.engines.quality.inspection_features import Singles, decoded, working
from linghang.engines.quality.inspection_gauge import study
from linghang.engines.quality.inspection_marking import marker, mask_of, voc_boxes
from linghang.engines.quality.inspection_sampling import AQLS, LETTERS, acceptance, plan_of
from linghang.engines.quality.inspection_surface import Box, boxes, good_surface, overlap, patches, spots
from linghang.engines.quality.inspection_vision import Learnt, learnt, stratified

if TYPE_CHECKING:
    from bench.__main__ import Bench

SHARED = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[2] / "shared/data"))
Split = tuple[NDArray[np.int64], NDArray[np.int64]]


def run(bench: "Bench") -> None:
    """Time one picture beside the peer; print the figures."""
    folder = SHARED / "surface_defects_neu"
    if not folder.exists():
        bench.console.print("surface_defects_neu is not there: pictures are left out")
        return
    shots = pictures(folder)
    known = learnt([one for _, _, one in shots], [label for label, _, _ in shots], 2)
    model = known.model()
    content = (folder / "images/inclusion_7.jpg").read_bytes()
    ours, peer = bench.race(lambda: model.classify(decoded(content)), lambda: patterns(working(decoded(content))))
    bench.row("a surface classified, from the file; peer: its LBP histogram alone", ours, peer, 50)
    spent = []
    for _ in range(20):
        start = time.process_time()
        model.classify(decoded(content))
        spent.append(time.process_time() - start)
    bench.console.print(
        f"a surface classified, process CPU time of 20: best {min(spent) * 1e3:.1f} ms, "
        f"median {sorted(spent)[10] * 1e3:.1f} ms (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs; bar 50 ms)"
    )
    figures(bench.console.print, folder, shots, known)


def pictures(folder: Path) -> list[tuple[str, int, Singles]]:
    """Return class, number and grey values of the shared pictures."""
    found = []
    for one in sorted((folder / "images").glob("*.jpg")):
        label, _, number = one.stem.rpartition("_")
        found.append((label, int(number), decoded(one.read_bytes(), one.name)))
    return found


def patterns(image: Singles) -> NDArray[np.float64]:
    """Return the peer's description: uniform local binary patterns at three radii."""
    from skimage.feature import local_binary_pattern

    grey = (np.clip(image, 0, 1) * 255).astype(np.uint8)
    found = []
    for points, radius in ((8, 1), (16, 2), (24, 3)):
        words = local_binary_pattern(grey, points, radius, "uniform").astype(np.int64)  # type: ignore[no-untyped-call]
        found.append(np.bincount(words.ravel(), minlength=points + 2) / words.size)
    return np.concatenate(found)


def splits(numbers: NDArray[np.int64], classes: NDArray[np.int64]) -> dict[str, list[Split]]:
    """Return ways to hold pictures out, from the usual one to hard ones: neighbours in number come from one strip."""

    def held(test: NDArray[np.bool_]) -> Split:
        return np.flatnonzero(~test), np.flatnonzero(test)

    return {
        "stratified, 5 folds x 5": [one for seed in range(5) for one in stratified(classes, 5, seed)],
        "runs of 4 numbers held out": [held((numbers - 1) // 4 == fold) for fold in range(5)],
        "one half of the numbers learnt": [held(numbers > 10), held(numbers <= 10)],
        "5 a class learnt, 15 tested": [held((numbers - 1) // 5 != fold) for fold in range(4)],
    }


def peer_right(rows: NDArray[np.float64], labels: NDArray[np.str_], split: Split) -> int:
    """Return how many the peer gets right."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    fitted = make_pipeline(StandardScaler(), SVC(C=10)).fit(rows[split[0]], labels[split[0]])
    return int((fitted.predict(rows[split[1]]) == labels[split[1]]).sum())


def accuracies(shots: Sequence[tuple[str, int, Singles]], known: Learnt) -> Iterator[tuple[str, float, float]]:
    """Give way of holding out, our accuracy, the peer's."""
    numbers = np.array([number for _, number, _ in shots])
    _, classes = np.unique(known.labels, return_inverse=True)
    rows = np.array([patterns(working(one)) for _, _, one in shots])
    for name, many in splits(numbers, classes).items():
        right = peer = asked = 0
        for learn, test in many:
            given = known.model(learn).shares(known.own[test]).argmax(axis=1)
            right += int((given == classes[test]).sum())
            peer += peer_right(rows, known.labels, (learn, test))
            asked += len(test)
        yield name, right / asked, peer / asked


def figures(say: Any, folder: Path, shots: Sequence[tuple[str, int, Singles]], known: Learnt) -> None:
    """Print accuracy, learning curve, boxes, good surfaces."""
    say("NEU-DET, 6 x 20 shared pictures: accuracy   ours    LBP+SVM   (published LBP+SVM, other 120 pictures: 0.7917)")
    for name, ours, peer in accuracies(shots, known):
        say(f"  {name:<40} {ours:.4f}  {peer:.4f}")
    curve = known.curve((2, 3, 5, 8, 12, 16), 5)
    say("  learning curve, pictures a class: " + "  ".join(f"{size}: {one:.3f}" for size, one in curve))
    localised(say, folder, shots)
    unlike_good(say, folder, shots)


def drawn_boxes(folder: Path, shots: Sequence[tuple[str, int, Singles]]) -> list[list[Box]]:
    """Return the boxes that people drew."""
    files = (folder / f"annotations/{label}_{number}.xml" for label, number, _ in shots)
    return [voc_boxes(file.read_bytes(), one.shape) for file, (_, _, one) in zip(files, shots, strict=True)]  # type: ignore[arg-type]


def localised(say: Any, folder: Path, shots: Sequence[tuple[str, int, Singles]]) -> None:
    """Print how well boxes agree with people's, learnt from others' boxes (5 runs held out) and without any."""
    truth = drawn_boxes(folder, shots)
    found = [patches(one) for _, _, one in shots]
    masks = [mask_of(one, shot[2].shape, grid.shape[:2]) for one, shot, grid in zip(truth, shots, found, strict=True)]  # type: ignore[arg-type]
    fold = (np.array([number for _, number, _ in shots]) - 1) // 4
    scores: dict[str, list[tuple[float, float, float, float]]] = {}
    for one in range(5):
        learn = np.flatnonzero(fold != one)
        model = marker([found[i] for i in learn], [shots[i][0] for i in learn], [masks[i] for i in learn])
        for place in np.flatnonzero(fold == one).tolist():
            label, _, image = shots[place]
            shape = (int(image.shape[0]), int(image.shape[1]))
            taught = boxes(model.score(found[place], label), 0.5, shape, 8)
            alone = spots(image, shape)
            each = []
            for marked in (taught, alone):
                area = mask_of([box for box, _ in marked], shape, masks[place].shape)  # type: ignore[arg-type]
                each.append(float((area & masks[place]).sum() / max(int((area | masks[place]).sum()), 1)))
                hits = [max((overlap(box, other) for other, _ in marked), default=0.0) >= 0.5 for box in truth[place]]
                each.append(float(np.mean(hits)))
            scores.setdefault(label, []).append((each[0], each[1], each[2], each[3]))
    say("boxes: area overlap (IoU of the union) and share of true boxes met with IoU >= 0.5; learnt | without labels")
    for label, many in [*sorted(scores.items()), ("all", [one for each in scores.values() for one in each])]:
        a, b, c, d = np.mean(many, axis=0)
        say(f"  {label:<16} {a:.2f}  {b:.2f} | {c:.2f}  {d:.2f}")


def unlike_good(say: Any, folder: Path, shots: Sequence[tuple[str, int, Singles]]) -> None:
    """Print good-surface detection: each class in turn taken for “good” (14 learnt, 6 held out), the others for bad."""
    from sklearn.metrics import roc_auc_score

    del folder
    found = [(label, number, patches(one)) for label, number, one in shots]
    say("good surfaces only: each class in turn as the good one; AUROC, false alarms, found")
    for good in sorted({label for label, _, _ in found}):
        model = good_surface([one for label, number, one in found if label == good and number <= 14])
        held = [model.score_of(one)[0] for label, number, one in found if label == good and number > 14]
        bad = [model.score_of(one)[0] for label, _, one in found if label != good]
        auroc = roc_auc_score([0] * len(held) + [1] * len(bad), held + bad)
        alarms, hits = np.mean(np.array(held) > model.limit), np.mean(np.array(bad) > model.limit)
        say(f"  {good:<16} {auroc:.3f}  {alarms:.2f}  {hits:.2f}")


def published(say: Any) -> None:
    """Print gauge studies and plans beside what is published."""
    folder = SHARED / "spc_reference"
    if folder.exists():
        rows = list(csv.DictReader((folder / "sixsigma_rr.csv").read_text().splitlines()))
        wanted = json.loads((folder / "reference.json").read_text())
        for response in ("time1", "time2"):
            found = study(
                [one["prototype"] for one in rows],
                [one["operator"] for one in rows],
                [float(one[response]) for one in rows],
            )
            other = wanted[f"grr_rr_{response}"]
            say(
                f"gauge study {response}: % contribution {found.percent_contribution():.4f} "
                f"(reference {other['pct_contrib_GRR']}), % study {found.percent_study():.4f} "
                f"({other['pct_studyvar_GRR']})"
            )
    for letter, aql, severity, cell in (
        ("K", 1.0, "normal", "125 3"), ("K", 1.0, "tightened", "125 2"), ("K", 1.0, "reduced", "50 2"),
        ("J", 2.5, "normal", "80 5"), ("F", 1.0, "normal", "13 0"), ("R", 0.025, "tightened", "3150 1"),
    ):  # fmt: skip
        plan = plan_of(letter, aql, severity)  # type: ignore[arg-type]
        at = acceptance(plan, aql)[0]
        say(
            f"{severity} {letter} {aql}: n Ac = {plan.size} {plan.accept} (table: {cell}); accepted at the AQL {at:.4f}"
        )
    start = time.process_time()
    for letter in LETTERS[:-1]:
        for aql in AQLS:
            for severity in ("normal", "tightened", "reduced"):
                plan_of.__wrapped__(letter, aql, severity)
    say(f"all {16 * 26 * 3} plans of the three tables: {(time.process_time() - start) * 1e3:.1f} ms")


def main() -> None:
    """Run alone."""
    from bench.__main__ import ROUNDS, Bench

    parser = argparse.ArgumentParser(prog="python -m bench.engine_inspection")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    table = Bench(parser.parse_args().rounds)
    published(table.console.print)
    run(table)
    table.console.print(table.table)


if __name__ == "__main__":
    main()
