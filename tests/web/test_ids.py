from concurrent.futures import ThreadPoolExecutor

from earlyhelp.web.ids import new_id


def test_ids_are_version_7_in_order_and_never_repeat():
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {each.version for each in ids} == {7}
    assert {each.variant for each in ids} == {"specified in RFC 4122"}


def test_ids_made_at_the_same_time_differ():
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _n: [new_id() for _ in range(500)], range(8)))
    assert len({each for batch in made for each in batch}) == 4000
