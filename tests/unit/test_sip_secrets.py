"""What a stranger must not guess, and what must not be given to him."""

from sipkit import Random, Wire

A, B = "10.0.0.1", "10.0.0.2"


def test_tags_call_ids_and_branches_are_none_of_a_generator_that_could_be_found_out():
    seen = []
    for _ in range(2):
        wire = Wire()
        wire.random = Random(1)  # the same numbers both times
        a = wire.agent(A, "100")
        peer = wire.peer(B)
        a.call(a.accounts[0], "200@" + B)
        peer.take()
        invite = peer.got[0]
        seen.append((invite.tag("from"), invite.header("call-id"), invite.header("via")))
    for first, second in zip(*seen):
        assert first != second
    assert len(seen[0][0]) >= 16 and len(seen[0][1]) >= 32
    tokens = {a.token() for _ in range(200)}
    assert len(tokens) == 200
