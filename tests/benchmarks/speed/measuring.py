"""Which engines are measured at which size, and what follows from their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.stores.holding import _MOST_HELD
from tests.benchmarks.speed.cold import measure_commands
from tests.benchmarks.speed.engines.encoders import BATCH, word_pieces
from tests.benchmarks.speed.material import MILLION, Material
from tests.benchmarks.speed.rounds import Engine, Measured, Task, measure

PARTS = ("limits", "lexical", "vectors", "hybrid", "encoded", "cold", "encoding")
SAVED = (  # modules that save something, and of what size
    ("langchain_ensemble", 10_000),
    ("haystack_pipeline", 10_000),
    ("llamaindex_fusion", 10_000),
    ("txtai_hybrid", 10_000),
    ("bm25s_numba", MILLION),
    ("tantivy_index", MILLION),
    ("vector_indexes", 100_000),
)
_OURS = "the bot"
_K = 10
_BATCHES = 9  # of passages, encoded in a round
_ENCODING = 4.0  # seconds an engine encodes passages in a round
_FRAMEWORKS = {
    "LangChain": "langchain_ensemble",
    "Haystack": "haystack_pipeline",
    "LlamaIndex": "llamaindex_fusion",
    "txtai": "txtai_hybrid",
}
_LARGEST_FRAMEWORK = 10_000  # passages that are ranked by words alone in a framework
# Vectors that are put into a graph: 86 seconds of a core; of a million, 20 minutes.
_LARGEST_GRAPH = 100_000


def measure_parts(
    folder: Path,
    sizes: Sequence[int],
    parts: Iterable[str],
    seconds: float,
    *,
    ours: bool,
) -> Iterator[list[dict[str, Any]]]:
    """Measure parts at all sizes that they have; yield a record for each engine."""
    for part in parts:
        for size in sizes:
            yield _ROUTES[part](Material(folder, size), seconds, ours=ours)


def _limits(material: Material, seconds: float, **_: bool) -> list[dict[str, Any]]:
    engines = [Engine("memory", "cpu", "read_memory")]
    if material.size <= _LARGEST_FRAMEWORK:
        engines.append(Engine("product", "cpu", "multiply"))
        engines.append(Engine("hash", "cpu", "hash_bytes"))
    found = _summaries(_measure("limits", engines, material, seconds, range(30)))
    counting = [Engine("postings", "ours", "postings")]
    [counted] = _measure("limits", counting, material, seconds, answers=True)
    numbers = [*counted.answers.values()]
    found.append({**counted.summary(), "postings": sum(numbers) / max(len(numbers), 1)})
    return found


def _lexical(material: Material, seconds: float, *, ours: bool) -> list[dict[str, Any]]:
    engines = [
        Engine(_OURS, "ours", "lexical"),
        Engine("bm25s", "bm25s_numba", "lexical"),
        Engine("tantivy", "tantivy_index", "lexical"),
    ]
    checked = material.size < MILLION
    if checked:
        engines.append(Engine("rank_bm25", "rank_bm25", "lexical"))
    if material.size <= _LARGEST_FRAMEWORK:
        engines += _frameworks("lexical", without=("txtai",))
    results = _measure("lexical", _chosen(engines, ours=ours), material, seconds)
    summaries = _summaries(results)
    if checked:
        check = [Engine("model", "rank_bm25", "check")]
        [model] = _measure("lexical", check, material, 4 * seconds)
        summaries[0]["equal"] = _equal(results[0], model)
    return summaries


def _vectors(material: Material, seconds: float, *, ours: bool) -> list[dict[str, Any]]:
    if material.size < _LARGEST_FRAMEWORK:
        return []
    engines = [
        Engine(_OURS, "ours", "vectors"),
        Engine("numpy float32", "vector_indexes", "numpy_float32"),
        Engine("faiss flat", "vector_indexes", "faiss_flat"),
        Engine("faiss, 8 bits", "vector_indexes", "faiss_bytes"),
    ]
    if material.size <= _LARGEST_GRAPH:
        engines += [
            Engine("faiss HNSW", "vector_indexes", "faiss_graph"),
            Engine("usearch HNSW", "vector_indexes", "usearch_graph"),
        ]
    chosen = engines[:2] if ours else engines
    results = _measure("vectors", chosen, material, seconds)
    exact = results[1]
    return [{**each.summary(), "recall": _recall(exact, each)} for each in results]


def _hybrid(material: Material, seconds: float, *, ours: bool) -> list[dict[str, Any]]:
    if material.size == MILLION:
        return []
    engines = [
        Engine(_OURS, "ours", "hybrid"),
        Engine(f"{_OURS}, words mended", "ours", "hybrid_mended"),
        *_frameworks("hybrid"),
    ]
    results = _measure("hybrid", _chosen(engines, ours=ours), material, seconds)
    few = [Engine("few passages", "ours", "hybrid_few")]
    [alone] = _measure("hybrid", few, material, seconds)
    text = material.text_bytes()
    summaries = []
    for each in results:
        # A large collection of ours leaves its text on the disk.
        own = each.name.startswith(_OURS)
        left = own and material.size > _MOST_HELD
        fixed = alone.memory if own else 0
        beyond = each.memory - (0 if left else text) - fixed
        summaries.append(
            {
                **each.summary(),
                "fixed": fixed,
                "beyond_text": beyond / material.size,
            }
        )
    return summaries


def _encoded(material: Material, seconds: float, *, ours: bool) -> list[dict[str, Any]]:
    if material.size != _LARGEST_FRAMEWORK:
        return []
    engines = [Engine(_OURS, "ours", "encoded"), *_frameworks("encoded")]
    chosen = _chosen(engines, ours=ours)
    return _summaries(_measure("encoded", chosen, material, seconds))


def _cold(material: Material, _: float, **__: bool) -> list[dict[str, Any]]:
    if material.size != _LARGEST_FRAMEWORK:
        return []
    return _summaries(measure_commands(material))


def _encoding(
    material: Material, seconds: float, *, ours: bool
) -> list[dict[str, Any]]:
    if material.size > _LARGEST_FRAMEWORK // 10:
        return []
    questions = [
        Engine(_OURS, "encoders", "our_questions"),
        Engine("onnxruntime alone", "encoders", "bare_questions"),
        Engine("sentence-transformers", "encoders", "their_questions"),
    ]
    passages = [
        Engine(_OURS, "encoders", "our_passages"),
        Engine("encoder alone", "encoders", "bare_passages"),
        Engine("sentence-transformers", "encoders", "their_passages"),
        Engine("whole build", "encoders", "whole_build"),
    ]
    few = range(_BATCHES)
    short = questions[:2] if ours else questions
    results = _summaries(_measure("question", short, material, seconds))
    if ours:
        return results
    many = _measure("passages", passages, material, _ENCODING, few, answers=True)
    build = many.pop()
    pieces = word_pieces(material)
    results += [{**each.summary(), "pieces": pieces} for each in many]
    results[-3]["difference"] = _difference(many[0], many[2])
    build.part, build.name = "indexing", _OURS
    build.wall = [each * BATCH / material.size for each in build.wall]
    results.append(build.summary())
    for each in many[1:]:
        each.part = "indexing"
        results.append(each.summary())
    return results


_ROUTES: dict[str, Callable[..., list[dict[str, Any]]]] = {
    "limits": _limits,
    "lexical": _lexical,
    "vectors": _vectors,
    "hybrid": _hybrid,
    "encoded": _encoded,
    "cold": _cold,
    "encoding": _encoding,
}


def _measure(
    part: str,
    engines: Sequence[Engine],
    material: Material,
    seconds: float,
    queries: Sequence[int] = (),
    *,
    answers: bool = False,
) -> list[Measured]:
    numbers = queries or range(len(material.queries))
    kept = answers or part in {"lexical", "vectors"}
    folder, size = material.folder, material.size
    long = part == "passages"
    task = Task(part, folder, size, numbers, seconds, answers=kept, long=long)
    return measure(engines, task)


def _summaries(results: Iterable[Measured]) -> list[dict[str, Any]]:
    return [each.summary() for each in results]


def _frameworks(function: str, without: Sequence[str] = ()) -> list[Engine]:
    return [
        Engine(name, module, function)
        for name, module in _FRAMEWORKS.items()
        if name not in without
    ]


def _chosen(engines: Sequence[Engine], *, ours: bool) -> list[Engine]:
    return [each for each in engines if not ours or each.name == _OURS]


def _equal(own: Measured, model: Measured) -> float:
    """Share of queries whose rows and scores are the model's to the bit."""
    both = own.answers.keys() & model.answers.keys()
    equal = sum(bool(own.answers[n] == model.answers[n]) for n in both)
    return equal / max(len(both), 1)


def _recall(exact: Measured, found: Measured) -> float | None:
    both = exact.answers.keys() & found.answers.keys()
    if not both:
        return None
    hits = (len({*exact.answers[n]} & {*found.answers[n]}) for n in both)
    return sum(hits) / (_K * len(both))


def _difference(own: Measured, other: Measured) -> float:
    """Largest difference of two numbers in the vectors of the same passages."""
    both = own.answers.keys() & other.answers.keys()
    return max(
        abs(float(left) - float(right))
        for number in both
        for ours, theirs in zip(own.answers[number], other.answers[number], strict=True)
        for left, right in zip(ours, theirs, strict=True)
    )
