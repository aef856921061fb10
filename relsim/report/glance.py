"""A market at a glance, as a notebook shows it."""

from typing import TYPE_CHECKING

import jinja2

from relsim.report.style import number

if TYPE_CHECKING:
    from relsim.market import Market

_PAGE = jinja2.Environment(autoescape=True, trim_blocks=True).from_string(
    """<p><b dir="auto">{{ title }}</b>: {{ customers }} customers,
{{ months }} of {{ planned }} months
simulated, random seed {{ seed }}, replication {{ replication }}</p>
<table><thead><tr><th>firm</th><th>strategy</th><th>share of customers (%)</th>
<th>profit ({{ currency }} a month)</th></tr></thead><tbody>
{% for firm in firms %}
<tr><td dir="auto">{{ firm.name }}</td><td>{{ firm.strategy }}</td><td>{{ firm.share }}</td>\
<td>{{ firm.profit }}</td></tr>
{% endfor %}
</tbody></table>"""
)


def page(market: "Market") -> str:
    """Return a market in HTML: its firms, their share now and their mean profit so far.

    Parameters
    ----------
    market : Market
        With or without months; without them shares and profits are a dash.
    """
    columns = market.columns
    share, profit = 100.0 * columns["share"], columns["profit"]
    firms = [
        {
            "name": firm.name,
            "strategy": firm.spec.strategy.kind,
            "share": number(share[-1, place]) if market.month else "–",
            "profit": number(profit[:, place].mean()) if market.month else "–",
        }
        for place, firm in enumerate(market.firms)
    ]
    spec = market.spec
    return _PAGE.render(
        title=spec.title,
        customers=f"{spec.market.customers:,}",
        months=market.month,
        planned=spec.run.months,
        seed=market.random_seed,
        replication=market.replication,
        currency=spec.currency,
        firms=firms,
    )
