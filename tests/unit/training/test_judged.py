"""The table that models are judged by, on scores whose measures can be counted by hand."""

import random

import numpy as np
import pytest

from model.labels import CATEGORIES
from model.manifest import Manifest, PromisedThresholds
from training import judged, verdicts
from training.dataset import Row
from training.disguise import KINDS
from training.errors import AgreementError
from training.judged import Sheet
from training.robustness import robustness, targets, telling_stems
from training.samples import Sample


def _manifest():
    return Manifest(
        version="x", created="2026-01-01", promises={"1/1000": PromisedThresholds(dict.fromkeys(CATEGORIES, 0.9), 3000, 0, 0)},
        refused={}, review={"0.03": dict.fromkeys(CATEGORIES, 0.5)}, appeal=0.5, logits=(), heads={}, files={},
        calibration={}, data={}, libraries={}, metrics={},
    )  # fmt: skip


def _sheet(*rows):
    return Sheet([row for row, _ in rows], np.array([scores for _, scores in rows], dtype=float))


def _resident(kind="comment"):
    return Row("т", "sloyka/a", kind, toxic=False, spam=False)


def test_removal_spares_appeals():
    """A text over a removal threshold counts as removed only when it is no appeal."""
    sheet = _sheet(
        (_resident(), (0, 0.95, 0, 0, 0.1)), (_resident(), (0, 0.95, 0, 0, 0.6)), (_resident("reply"), (0, 0.5, 0, 0, 0)),
        (_resident("appeal"), (0.99, 0, 0, 0, 0.9)), (_resident("post"), (1, 1, 1, 1, 0)),
        (Row("т", "ok_comments", "comment", toxic=True), (0, 0, 0.9, 0, 0)),
    )  # fmt: skip
    found = judged.removals(sheet, _manifest())["1/1000"]
    assert {name: (m["n"], m["over_threshold"], m["hits"]) for name, m in found.items()} == {
        "municipal_comments": (3, 2, 1),
        "appeals": (1, 1, 0),
        "ok_toxic": (1, 1, 1),
    }


def test_sources_of_one_class_do_not_help_the_ranking():
    """Where a source holds both classes, another that holds toxic texts only is left out."""
    rows = [(Row("т", "ok_comments", "comment", toxic=n < 5), (0, n < 4, 0, 0, 0)) for n in range(10)]
    rows += [(Row("т", "ok_toxic_only_a", "comment", toxic=True), (0, 1, 0, 0, 0))] * 7
    rows += [(Row("т", "2ch_pikabu", "comment", toxic=n % 2 == 0), (0, 0, n % 2 == 0, 0, 0)) for n in range(8)]
    found = judged.toxicity(_sheet(*rows))
    assert (found["ok"]["n"], found["ok"]["positive"]) == (10, 5)
    assert found["ok"]["auc"] == 0.9
    assert found["forum"]["macro_f1"] == 1.0


def test_rows_without_an_honest_score_are_left_out():
    """NaN means that the model saw the text: it is measured by nothing."""
    rows = [(Row("т", "ok_comments", "comment", toxic=n < 5), (0, n < 5, 0, 0, 0)) for n in range(10)]
    rows.append((Row("т", "ok_comments", "comment", toxic=True), (0, np.nan, 0, 0, 0)))
    assert judged.toxicity(_sheet(*rows))["ok"]["n"] == 10


def test_spam_is_counted_against_the_highest_texts_of_residents():
    """Recall with three flags: what lies above the fourth highest comment or appeal; posts and chat do not count."""
    rows = [(_resident(("comment", "appeal")[n % 2]), (n / 10, 0, 0, 0, 0)) for n in range(10)]
    rows += [(_resident("post"), (1, 0, 0, 0, 0))] * 5
    rows += [(Row("т", "tg", "chat", spam=True), (score, 0, 0, 0, 0)) for score in (0.65, 0.55, 0.95, 0.61)]
    few = judged.spam(_sheet(*rows))["few_flags"]
    assert [few[n]["hits"] for n in ("0", "1", "3")] == [1, 1, 3]
    assert few["3"]["negatives"] == 10


def test_types_are_asked_of_rows_that_people_labelled():
    """Each head is measured over the labelled rows; rows of the other files have no say."""
    rows = [
        (Row("т", "types/people", "comment", n < 3, False, ("threat",) if n < 3 else ()), (0, 0, 0, n < 2, 0))
        for n in range(9)
    ]
    rows.append((Row("т", "ok_comments", "comment", toxic=False), (0, 0, 0, 1, 0)))
    sheet = _sheet(*rows)
    found = judged.types(sheet.rows, sheet.scores)
    assert found.keys() == {"threat"}
    assert (found["threat"]["n"], found["threat"]["recall_at_1_percent"]) == (9, 0.6667)


def test_fates_of_samples():
    """A violation counts when it is named, an appeal when it is recognised, a clean text when it stays."""
    samples = [
        Sample("a-1", "a", "т", ("threat",), False, ""), Sample("a-2", "a", "т", ("threat",), False, ""),
        Sample("a-3", "a", "т", (), True, ""), Sample("a-4", "a", "т", (), False, ""), Sample("a-5", "a", "т", (), False, ""),
    ]  # fmt: skip
    scores = np.array(
        [(0, 0.95, 0, 0.2, 0), (0, 0, 0, 0.6, 0), (0, 0.99, 0, 0, 0.8), (0, 0, 0, 0, 0), (0.9, 0, 0, 0, 0)]
    )
    found = verdicts.by_group(samples, scores, _manifest())["a"]
    assert (found["violations"]["hits"], found["violations"]["removed"], found["violations"]["shown"]) == (1, 1, 1)
    assert (found["appeals"]["hits"], found["appeals"]["protected"], found["appeals"]["removed"]) == (1, 1, 0)
    assert (found["clean"]["hits"], found["clean"]["kept"], found["clean"]["removed"]) == (1, 1, 1)


def test_robustness_is_relative_to_the_undisguised():
    """A judge who knows words as written loses them in disguise; one who folds a disguise back loses nothing to it."""
    toxic = [f"вот {word} какой, смотрите" for word in ("дурак", "идиот", "дебил", "урод") for _ in range(10)]
    clean = ["хорошая дорога, смотрите", "вот какой мост"] * 20

    def plain(texts):
        return np.array([any(w in t for w in ("дурак", "идиот", "дебил", "урод")) for t in texts], dtype=float)

    def invisible(texts):
        return plain([t.translate(dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))) for t in texts])

    blind, seeing = robustness(toxic, clean, 0.5, plain), robustness(toxic, clean, 0.5, invisible)
    assert set(blind["kinds"]) == set(KINDS)
    assert blind["undisguised"] == 1.0
    assert blind["kinds"]["zero_width"]["relative"] < 0.2
    assert seeing["kinds"]["zero_width"]["relative"] == 1.0
    assert blind["least"] == min(m["relative"] for m in blind["kinds"].values())
    assert robustness(toxic, clean, 2.0, plain) == {}


def test_words_to_disguise_come_from_labels_too():
    """Words that toxic texts hold far more often are attacked although no lexicon lists them."""
    draw = random.Random(1)
    toxic = [f"{draw.choice(('этот', 'наш'))} вжикало опять" for _ in range(30)]
    stems = telling_stems(toxic, ["этот мост опять", "наш парк"] * 30)
    assert targets("Вжикало и дурак стоят у моста", stems) == ["Вжикало", "дурак"]


def test_a_packed_model_that_drifts_is_refused(trained, folder):
    """Weights that judge otherwise than the fitted ones stop the training."""
    from types import SimpleNamespace

    from model.artefact import unpack_names
    from training.agreement import agreement
    from training.dataset import read_folder
    from training.held_out import Trained
    from training.vectorise import Names, matrix

    artefact, _ = trained
    arrays, rows = artefact.arrays, read_folder(folder)[:200]
    names = Names(
        unpack_names(arrays.chars_names), unpack_names(arrays.lemmas_names), arrays.pairs_keys.tolist(),
        arrays.chars_idf, arrays.lemmas_idf, arrays.pairs_idf,
    )  # fmt: skip
    from training.vectorise import SCALES

    blocks = [
        getattr(arrays, f"{b}_weights").astype(np.float64) / SCALES[b] for b in ("chars", "lemmas", "pairs", "signals")
    ]
    stacked = np.vstack(blocks)

    def fitted(shift):
        models = [
            SimpleNamespace(weights=stacked[:, n], intercept=arrays.intercepts[n] + shift)
            for n in range(stacked.shape[1])
        ]
        return dict(zip(artefact.manifest.logits, [SimpleNamespace(model=m) for m in models], strict=True))

    features = matrix(rows, names)
    assert agreement(Trained(fitted(0.0), rows, names, features, artefact, 0), 200)["largest_difference"] < 1e-6
    with pytest.raises(AgreementError, match="packed differs from fitted"):
        agreement(Trained(fitted(0.1), rows, names, features, artefact, 0), 200)
