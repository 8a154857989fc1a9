"""Where goods should go: to what lies there already, to their zone, to an empty place; never where they may not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stillage.stock.put_away import (
    EMPTY,
    EMPTY_IN_ZONE,
    KINDS,
    MOST,
    SAME_LOT,
    SAME_PRODUCT,
    Arrived,
    Shelves,
    Spot,
    propose,
)

spots = st.builds(
    Spot,
    id=st.integers(1, 30),
    name=st.from_regex(r"[A-C]-0[1-9]", fullmatch=True),
    kind=st.sampled_from(("storage", "picking", "quarantine", "staging", "receiving", "returns", "transit")),
    zone=st.sampled_from(("", "A", "B")),
    walk=st.integers(0, 9),
    is_active=st.booleans(),
)
places = st.dictionaries(st.integers(1, 4), st.sets(st.integers(1, 30), max_size=4), max_size=4)
homes = st.dictionaries(st.integers(1, 4), st.sampled_from(("", "A", "B")), max_size=4)


@st.composite
def shelves(draw: st.DrawFn) -> Shelves:
    found = {spot.id: spot for spot in draw(st.lists(spots, max_size=15))}
    lots, products = draw(places), draw(places)
    full = {pk for own in (*lots.values(), *products.values()) for pk in own}
    empty = {pk for pk in draw(st.sets(st.integers(1, 30))) if pk not in full}
    return Shelves(found, lots, products, empty, draw(homes), draw(homes))


arrivals = st.lists(
    st.builds(
        Arrived,
        product_id=st.integers(1, 4),
        lot_id=st.integers(1, 4),
        category_id=st.one_of(st.none(), st.integers(1, 4)),
    ),
    max_size=5,
)
RANK = {SAME_LOT: 0, SAME_PRODUCT: 1, EMPTY_IN_ZONE: 2, EMPTY: 3}


@given(arrivals, shelves())
def test_only_open_storage_and_picking_places_are_proposed_each_once_best_first(
    arrived: list[Arrived], own: Shelves
) -> None:
    for one, found in zip(arrived, propose(arrived, own), strict=True):
        ids = [proposal.spot.id for proposal in found]
        assert len(ids) == len(set(ids)) <= MOST
        ranks = [RANK[proposal.why_code] for proposal in found]
        assert ranks == sorted(ranks)
        for proposal in found:
            assert proposal.spot.is_active and proposal.spot.kind in KINDS and proposal.why
            if proposal.why_code == SAME_LOT:
                assert proposal.spot.id in set(own.lots[one.lot_id])
            elif proposal.why_code == SAME_PRODUCT:
                assert proposal.spot.kind == "picking" and proposal.spot.id in set(
                    own.products[one.product_id]
                )
            else:
                assert proposal.spot.id in set(own.empty)
            if proposal.why_code == EMPTY:
                assert proposal.spot.kind == "storage"
            if proposal.why_code == EMPTY_IN_ZONE:
                home = own.home_of_product.get(one.product_id)
                assert proposal.spot.zone == (
                    own.home_of_category[one.category_id or 0] if home is None else home
                )


@given(arrivals, shelves())
def test_no_two_are_sent_to_the_same_empty_place(arrived: list[Arrived], own: Shelves) -> None:
    best = [found[0] for found in propose(arrived, own) if found]
    empty = [one.spot.id for one in best if one.why_code in (EMPTY_IN_ZONE, EMPTY)]
    assert len(empty) == len(set(empty))


@given(arrivals, shelves())
def test_something_is_proposed_as_long_as_there_are_empty_storage_places(
    arrived: list[Arrived], own: Shelves
) -> None:
    free = [
        spot
        for pk, spot in own.spots.items()
        if pk in set(own.empty) and spot.is_active and spot.kind == "storage"
    ]
    assert sum(bool(found) for found in propose(arrived, own)) >= min(len(free), len(arrived))


def test_the_walk_decides_among_equals() -> None:
    far, near = Spot(1, "A-09", "storage", "A", 9), Spot(2, "A-01", "storage", "A", 1)
    own = Shelves({1: far, 2: near}, empty={1, 2}, home_of_product={7: "A"})
    ((first, second),) = propose([Arrived(7, 1)], own)
    assert (first.spot.name, second.spot.name) == ("A-01", "A-09")
    assert first.why == "empty place in zone A, where it mostly lies"


def test_why_in_words() -> None:
    own = Shelves(
        {
            1: Spot(1, "A-01", "storage", "A", 1),
            2: Spot(2, "P-01", "picking", "", 2),
            3: Spot(3, "B-01", "storage", "B", 3),
            4: Spot(4, "C-01", "storage", "C", 4),
        },
        lots={5: {1}},
        products={7: {1, 2}},
        empty={3, 4},
        home_of_category={9: "B"},
    )
    ((lot, face, kin),) = propose([Arrived(7, 5, 9)], own)
    assert (lot.why, face.why) == ("same lot lies there", "same product lies there")
    assert kin.why == "empty place in zone B, where its kind lies"
    ((own_kind, any_place),) = propose([Arrived(8, 6, 9)], own)
    assert own_kind.why_code == EMPTY_IN_ZONE and any_place.why == "empty storage place"
    assert propose([Arrived(7, 5)], Shelves()) == [[]]
