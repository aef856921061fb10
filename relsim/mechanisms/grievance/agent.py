"""A customer that remembers failures: the oracle of the passes."""

from relsim.agents.customer import CustomerAgent
from relsim.customers.rules.experience import NO_TROUBLE, RECOVERED
from relsim.customers.scene import single
from relsim.mechanisms.grievance.memory import Grievances, Own, remembered, softened


class Resentful(CustomerAgent):
    """What grievance adds to a customer; combined with :class:`relsim.CustomerAgent`."""

    grievance: float
    resented: float  # this month, before it fades

    def experience(self) -> None:
        """Remember a failure, and let the memory fade until the next month."""
        super().experience()
        own: Own = self.own_of(Grievances.name)
        self.resented = self.grievance
        if self.trouble != NO_TROUBLE:
            share = own.kept_after_recovery if self.trouble == RECOVERED else 1.0
            softer = softened(float(self.purchases), own.softening, own.least_effect)
            failure = own.strength * share * softer
            self.resented = single(
                remembered(self.grievance, failure, own.strength, own.double_deviation)
            )
        self.grievance = single(self.resented * (own.bound if self.bound > 1 else own.free))

    def pull_to_stay(self) -> float:
        """Stay less while a failure is remembered."""
        return super().pull_to_stay() - self.resented

    def start(self, supplier: int) -> None:
        """Forget the failures of another firm, or of none."""
        super().start(supplier)
        self.grievance = 0.0
