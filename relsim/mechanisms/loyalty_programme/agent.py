"""A customer that may be a member of a loyalty programme: the oracle of its passes."""

import math

from relsim.agents.customer import Bought, CustomerAgent
from relsim.customers.draws import CHANCES, Purpose, uniform
from relsim.customers.scene import single
from relsim.customers.vectors import LANES
from relsim.mechanisms.loyalty_programme.programme import (
    SUMS,
    LoyaltyProgrammes,
    Own,
    faded,
    joins,
    pace,
    pull_of,
    usage_factor,
    weight_of,
)

_LEAST_EFFECT = 1e-30


class Member(CustomerAgent):
    """What a loyalty programme adds to a customer; combined with :class:`relsim.CustomerAgent`."""

    points: float
    progress: float
    effect: float

    @property
    def programme(self) -> Own:
        """Numbers and policies of the programmes."""
        own: Own = self.own_of(LoyaltyProgrammes.name)
        return own

    def _book(self, name: str, amount: float, firm: int) -> None:
        self.sums_of(LoyaltyProgrammes.name)[firm, SUMS.index(name)] += amount

    def _chance(self, name: str) -> float:
        chance = CHANCES[f"{LoyaltyProgrammes.name}.{name}"]
        return uniform(self.words(int(Purpose.SHARED) + chance.call)[chance.word])

    def feel_the_times(self) -> None:
        """Buy faster with the reward in sight, and slower right after one."""
        super().feel_the_times()
        if self.effect:
            own = self.programme
            paced = pace(self.progress, own.steepness)
            self.usage *= usage_factor(self.effect, paced, own.gain, own.slump)

    def pull_to_stay(self) -> float:
        """Stay better with the reward in sight."""
        pull = super().pull_to_stay()
        if not self.effect:
            return pull
        own = self.programme
        return pull + pull_of(self.effect, pace(self.progress, own.steepness), own.pressure)

    def move(self, supplier: int, through: int) -> None:
        """Lose the card, its points and the haste when moving to another firm."""
        before = self.supplier
        super().move(supplier, through)
        if self.effect and self.supplier != before:
            self._give_up(before)
            self.usage = self.people.columns.usage[self.place].item() * self.m.times.usage

    def _give_up(self, firm: int) -> None:
        self._book("forfeited", self.points, firm)
        self._book("left", 1.0, firm)
        self.points = self.progress = self.effect = 0.0

    def charges(self, bought: Bought) -> float:
        """Earn points, claim a reward, or join."""
        charged = super().charges(bought)
        if not self.effect:
            self._may_join()
            return charged
        self._earn(bought)
        is_closed = self.programme.is_open[self.supplier] == 0.0
        if self.progress >= 1.0 and not is_closed:
            charged -= self._reward()
        if self.leaving or is_closed:
            self._give_up(self.supplier)
        return charged

    def _earn(self, bought: Bought) -> None:
        own, firm = self.programme, self.supplier
        rate, step, lapses = own.policies.reshape(-1, LANES)[firm, :3].tolist()
        earned = rate * bought.price * (bought.quantity + bought.premium)
        self._book("earned", earned, firm)
        self.points += earned
        self.progress = single(self.progress + bought.quantity * step)
        self.effect = single(faded(self.effect, own.fading, self.progress, step))
        lapsed = self.points * lapses
        self.points -= lapsed
        self._book("lapsed", lapsed, firm)

    def _reward(self) -> float:
        """Return the money that a reward takes; none if it is never claimed."""
        claims = self._chance("redeem") >= self.programme.breakage
        points = self.points
        self._book("redeemed" if claims else "lapsed", points, self.supplier)
        self._book("claims", float(claims), self.supplier)
        self.points = 0.0
        self.progress = single(self.progress - math.floor(self.progress))
        self.effect = -abs(self.effect) if claims else abs(self.effect)
        return points if claims else 0.0

    def _may_join(self) -> None:
        own, firm = self.programme, self.supplier
        if own.is_open[firm] == 0.0 or self.leaving:
            return
        usage = self.people.columns.usage[self.place].item()
        u, mean, scale = self._chance("join"), own.mean_usage, own.scale_usage
        if joins(u, own.join_base, own.join_slope, usage, mean, scale):
            weight = weight_of(usage, float(own.reward_after[firm]), own.horizon)
            self.effect = single(max(weight * float(own.worth[firm]), _LEAST_EFFECT))
            self._book("joined", 1.0, firm)
