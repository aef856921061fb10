"""A customer that may be a member of a loyalty programme: the oracle of its passes."""

from relsim.agents.customer import Bought, CustomerAgent
from relsim.customers.draws import CHANCES, Purpose, uniform
from relsim.customers.scene import single
from relsim.mechanisms.loyalty_programme.programme import (
    SUMS,
    LoyaltyProgrammes,
    Own,
    balance_after,
    joining,
    pace,
    toward_next,
    usage_factor,
    weight_of,
)

_LEAST_EFFECT = 1e-30


class Member(CustomerAgent):
    """What a loyalty programme adds to a customer; combined with :class:`relsim.CustomerAgent`."""

    points: float
    progress: float
    effect: float
    card: int
    rests: int

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

    def _pace(self) -> float:
        own = self.programme
        return pace(self.progress / float(own.reward_after[self.card]), own.steepness)

    def feel_the_times(self) -> None:
        """Buy faster with the reward in sight, and slower right after one."""
        super().feel_the_times()
        if self.card:
            own = self.programme
            self.usage *= usage_factor(
                self.effect, float(self.rests), self._pace(), own.gain, own.slump
            )

    def pull_to_stay(self) -> float:
        """Stay better with the reward in sight."""
        pull = super().pull_to_stay()
        if not self.card:
            return pull
        return pull + self.programme.pressure * self.effect * (0.0 if self.rests else self._pace())

    def move(self, supplier: int, through: int) -> None:
        """Lose the card, its points and its haste when moving to another firm."""
        super().move(supplier, through)
        if self.card and self.card != self.supplier:
            self._book("forfeited", self.points, self.card)
            self._empty()
            self.usage = self.people.columns.usage[self.place].item() * self.m.times.usage

    def _empty(self) -> None:
        self.card = self.rests = 0
        self.points = self.progress = self.effect = 0.0

    def charges(self, bought: Bought) -> float:
        """Earn points, claim a reward, or join."""
        other = super().charges(bought)
        if self.card == 0:
            self._may_join()
            return other
        own, firm = self.programme, self.supplier
        earned = float(own.earn_rate[firm]) * bought.price * (bought.quantity + bought.premium)
        after = single(balance_after(self.points, earned, float(own.expiry[firm])))
        self._book("earned", earned, firm)
        self._book("expired", self.points + earned - after, firm)
        self.progress += bought.quantity
        paid = 0.0
        reward_after = float(own.reward_after[firm])
        if self.progress >= reward_after:
            self.progress = toward_next(self.progress, reward_after)
            claims = self._chance("redeem") >= own.breakage
            self._book("redeemed" if claims else "expired", after, firm)
            paid, self.rests, after = (after if claims else 0.0), int(claims), 0.0
        elif self.progress >= 1.0:
            self.rests = 0
        self.progress = single(self.progress)
        self.points = after
        self.effect = single(max(self.effect * own.fading, _LEAST_EFFECT))
        if self.leaving:
            self._book("forfeited", after, firm)
            self._empty()
        else:
            self._book("held", after, firm)
            self._book("members", 1.0, firm)
        return other - paid

    def _may_join(self) -> None:
        own, firm = self.programme, self.supplier
        if own.is_open[firm] == 0.0 or self.leaving:
            return
        usage = self.people.columns.usage[self.place].item()
        chance = joining(own.join_base, own.join_slope, usage, own.mean_usage, own.scale_usage)
        if self._chance("join") < chance:
            self.card = firm
            weight = weight_of(usage, float(own.reward_after[firm]), own.horizon)
            self.effect = single(max(weight, _LEAST_EFFECT))
            self._book("members", 1.0, firm)
