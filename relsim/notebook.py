"""The markets of notebooks and scripts: the engines, with figures, stories and a look at a glance.

:class:`relsim.market.Market` knows neither drawing nor stories. What is imported as
``relsim.Market`` and ``relsim.AgentMarket`` is made here.
"""

from typing import TYPE_CHECKING

from relsim import market
from relsim.agents import market as agents
from relsim.agents.story import Story, tell
from relsim.events import effects

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Market(market.Market):
    """A market that is simulated month by month (:class:`relsim.market.Market`).

    Parameters
    ----------
    spec : MarketSpec
        What it is made of (:func:`relsim.load`).
    seed, replication : int, optional
        Which random numbers; without them the spec's own.
    threads : int
        Threads that share a month. Results do not depend on it.

    Attributes
    ----------
    table : pandas.DataFrame
        Results so far, one row a month and firm.
    tenure_table : pandas.DataFrame
        Accounts by calendar year, firm and year of tenure.
    customers, firms, month, figures, chapters
        As in the engine.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> market = Market(starter(), seed=7).run(months=3)
    >>> market.month, market.customers[0].supplier
    (3, 'Defend')
    """

    def plot(self, name: str = "profit") -> "Figure":
        """Return a figure of the months so far; a notebook shows it.

        Parameters
        ----------
        name : str
            One of :data:`relsim.report.run_figures.NAMES`: share, churn, profit, budgets, ladder,
            tenure, cash.

        Returns
        -------
        matplotlib.figure.Figure
            To show, or to save with its ``savefig``.

        Raises
        ------
        RelsimError
            If there is no such figure, or no month was simulated.

        Examples
        --------
        >>> from relsim.spec import starter
        >>> print(Market(starter(), seed=7).run(months=3).plot("share").get_supylabel())
        Share of customers (%)
        """
        # Drawing takes a second to import, and most markets are never drawn.
        from relsim.report.layout import About  # noqa: PLC0415  # see above
        from relsim.report.run_figures import figure  # noqa: PLC0415  # see above

        marked = effects.marks(self.spec)
        return figure(name, self.table, self.tenure_table, About.of(self), marked)

    def story(self, customer: int) -> Story:
        """Return what happened to a customer, and why; the market is simulated again to find out.

        Parameters
        ----------
        customer : int
            Its place; newcomers take the places of those who leave the market.

        Raises
        ------
        RelsimError
            If there is no such customer, or simulating again gave another market.

        Examples
        --------
        >>> from relsim.spec import starter
        >>> print(Market(starter(), seed=7).run(months=3).story(0).episodes[0].text)
        in the market from the start, with Defend for 9 months
        """
        return tell(self, customer)

    def _repr_html_(self) -> str:
        """Return what a notebook shows of a market."""
        from relsim.report.glance import page  # noqa: PLC0415  # jinja2 is met there alone

        return page(self)


class AgentMarket(Market, agents.AgentMarket):
    """A market whose customers are agents (:class:`relsim.agents.market.AgentMarket`).

    Parameters
    ----------
    spec, seed, replication, threads, customer_class
        As there.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> agents, compiled = AgentMarket(starter(), seed=7), Market(starter(), seed=7)
    >>> str(agents.run(months=1).story(0)) == str(compiled.run(months=1).story(0))
    True
    """
