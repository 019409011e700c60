"""The best course of one way in each step, exactly: a dynamic programme on straight pieces. Pure.

The value of a state of charge is made of straight pieces, as all prices and limits are, but it need
not be concave where burning would pay: a few dozen points hold it. Binaries in a mixed-integer
programme say the same, and take HiGHS up to a hundred times as long on prices that are alike.
"""

import numpy as np

from battery.optimum.pieces import Pieces
from battery.optimum.programme import Flags, Flow


def best_ways(f: Flow) -> tuple[float, Flags]:
    """The most that a flow can earn, and which of its burning steps charge then."""
    values = backward(f)
    soc = first(f, values[0])
    most = float(values[0](np.array([soc]))[0])
    charging = np.zeros(f.steps, bool)
    for step in range(f.steps):
        then = following(f, step, soc, values[step + 1])
        charging[step], soc = then >= soc, then
    return most, charging[f.burning]


def backward(f: Flow) -> list[Pieces]:
    """The value of each state of charge before each step, and after the last."""
    value = last(f)
    values = [value]
    for step in range(f.steps - 1, -1, -1):
        buy, sell = float(f.buy[step]), float(f.sell[step])
        up = value.tilted(-buy).best_ahead(f.most_in[step]).tilted(buy)
        down = value.tilted(-sell).mirrored().best_ahead(f.most_out[step]).mirrored().tilted(sell)
        value = up.best_of(down).tilted(f.worth[step])
        values.append(value)
    return values[::-1]


def last(f: Flow) -> Pieces:
    """The value at the end, where what is missing costs more than it can have saved."""
    at = np.unique([f.floor, f.lowest[-1], f.ceiling])
    most = max(np.abs(f.buy).max(), np.abs(f.sell).max()) + np.abs(f.worth).max()
    missing = np.maximum(f.lowest[-1] - at, 0)
    return Pieces(at, f.worth[-1] * at - (2 * most + 1) * missing)


def first(f: Flow, value: Pieces) -> float:
    """The best state of charge to start from, of those allowed."""
    at = np.clip(value.at, f.lowest[0], f.highest[0])
    return float(at[np.argmax(value(at))])


def following(f: Flow, step: int, soc: float, value: Pieces) -> float:
    """The best state of charge after a step: as before, at full power, or at a point between."""
    lowest = max(soc - f.most_out[step], f.floor)
    highest = min(soc + f.most_in[step], f.ceiling)
    between = value.at[(value.at > lowest) & (value.at < highest)]
    then = np.concatenate([[soc, lowest, highest], between])
    change = then - soc
    gained = value(then) - change * np.where(change > 0, f.buy[step], f.sell[step])
    return float(then[np.argmax(gained)])
