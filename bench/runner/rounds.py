"""Rounds of a contest: every player takes a turn in each, in random order."""

import random
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from ..errors import Lost


class Player(Protocol):
    """Takes turns: a contender, or the reader of memory beside them."""

    def plays(self, index: int, rounds: int) -> bool: ...
    def time_slice(self, round_: int) -> None: ...
    def was_disturbed(self, round_: int) -> bool: ...
    def lose(self, lost: Lost) -> bool: ...


SomePlayer = TypeVar("SomePlayer", bound=Player)


def play_rounds(
    players: Sequence[SomePlayer],
    rounds: int,
    first_round: int,
    rng: random.Random,
    around: Callable[[], object] = lambda: None,
    ends: Callable[[Sequence[SomePlayer]], bool] = lambda _: False,
) -> list[SomePlayer]:
    """Times every player once a round, in balanced turns, and returns those that lasted.

    The order is drawn anew for every other round and reversed in the next, so
    that a drift hits all alike. One whose calls are long sits out the later
    rounds; one whose slices were all disturbed plays once more.
    ``around`` looks at the machine after each round; ``ends`` says when enough were played.
    """
    lasting = list(players)
    order = list(players)
    for index in range(rounds):
        order.reverse()
        if index % 2 == 0:
            rng.shuffle(order)
        playing = [each for each in order if each in lasting and each.plays(index, rounds)]
        lost = _take_turns(playing, first_round + index)
        around()
        again = [each for each in playing if each not in lost and each.was_disturbed(first_round + index)]
        lost += _take_turns(again, first_round + index)
        lasting = [each for each in lasting if each not in lost]
        if not lasting or ends(lasting):
            break
    return lasting


def _take_turns(players: Sequence[SomePlayer], round_: int) -> list[SomePlayer]:
    """One turn each; returns those that were lost in it."""
    gone: list[SomePlayer] = []
    for player in players:
        try:
            player.time_slice(round_)
        except Lost as lost:
            player.lose(lost)
            gone.append(player)
    return gone
