"""A customer whose need drifts: the oracle of the passes."""

from relsim.agents.customer import CustomerAgent
from relsim.customers.arithmetic import clip01
from relsim.customers.draws import CHANCES, Purpose, uniform
from relsim.customers.scene import single
from relsim.mechanisms.needs.drift import DriftingNeeds, Own, drifted


class Drifting(CustomerAgent):
    """What drifting needs add to a customer; combined with :class:`relsim.CustomerAgent`."""

    need_drift: float

    def feel_the_times(self) -> None:
        """Let the need drift, after what events do to everybody's."""
        super().feel_the_times()
        own: Own = self.own_of(DriftingNeeds.name)
        step, jump = (CHANCES[name] for name in DriftingNeeds.chances)
        u, v = (
            uniform(self.words(int(Purpose.SHARED) + chance.call)[chance.word])
            for chance in (step, jump)
        )
        self.need_drift = single(
            drifted(self.need_drift, own.kept, own.step, u, own.jump_rate, own.jump, v)
        )
        self.orientation = clip01(self.orientation + self.need_drift)

    def turn_over(self) -> None:
        """Begin at the own level in place of a customer who left the market."""
        super().turn_over()
        if self.leaving:
            self.need_drift = 0.0
