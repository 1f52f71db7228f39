"""Buckets follow from the documents' ids alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.stores.buckets import LARGEST, divide, find, hashed, members_hash

counts = st.integers(0, 5 * LARGEST)


def names(count: int) -> list[str]:
    return [f"document {number}" for number in range(count)]


@given(counts)
def test_every_document_is_in_the_one_bucket_whose_prefix_fits(count: int) -> None:
    buckets = divide(names(count))

    assert sorted(id_ for ids in buckets.values() for id_ in ids) == sorted(
        names(count)
    )
    for prefix, ids in buckets.items():
        assert ids == sorted(ids)
        assert 0 < len(ids) <= LARGEST
        assert all(hashed(id_).startswith(prefix) for id_ in ids)
        assert all(find(buckets, id_) == prefix for id_ in ids)


@given(st.permutations(names(2 * LARGEST)))
def test_the_order_of_arrival_does_not_matter(ids: list[str]) -> None:
    assert divide(ids) == divide(names(2 * LARGEST))


@given(counts)
def test_one_more_document_touches_one_bucket_or_splits_it(count: int) -> None:
    before, after = divide(names(count)), divide([*names(count), "one more"])

    gone = {prefix for prefix, ids in before.items() if after.get(prefix) != ids}
    assert len(gone) <= 1
    new = {prefix for prefix, ids in after.items() if before.get(prefix) != ids}
    assert all(prefix.startswith(tuple(gone) or "") for prefix in new)


def test_an_id_that_no_bucket_would_have_is_not_found() -> None:
    digits = hashed("a document")
    other = ("1" if digits[0] == "0" else "0") + digits[1:4]

    assert find({other}, "a document") is None


@given(st.text())
def test_any_text_has_a_place(id_: str) -> None:
    assert len(hashed(id_)) == 256
    assert divide([id_]) == {"": [id_]}


def test_a_bucket_is_named_by_its_documents_and_what_they_say() -> None:
    one = members_hash([("a", "1"), ("b", "2")])

    assert one == members_hash([("a", "1"), ("b", "2")])
    assert one not in {
        members_hash([("a", "1")]),
        members_hash([("a", "1"), ("b", "3")]),
    }
