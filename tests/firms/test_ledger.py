"""Lines, budgets and what they count as are declared once, and every use agrees with it."""

from relsim.customers.accounts import YEAR_FIELDS
from relsim.firms.books import ACQUIRING, KEEPING
from relsim.firms.budgets import BUDGETS, PLAN_FIELDS, SPENT_FIELDS
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES, LINES
from relsim.firms.plan import Plan
from relsim.firms.tables import CAC_LINES


def counted(kind: str) -> set[str]:
    return {line.name for line in LINES.values() if line.counts_as == kind}


def test_sums_hold_the_lines_that_say_so() -> None:
    assert set(ACQUIRING) == set(CAC_LINES) == counted("acquisition")
    assert set(KEEPING) == counted("retention")
    assert counted("revenue") == {name for name in LINES if name.startswith("revenue_")}


def test_every_line_is_of_customers_or_of_the_firm() -> None:
    assert tuple(LINES) == (*CUSTOMER_LINES, *FIRM_LINES)
    assert all(line.meaning for line in LINES.values())


def test_every_budget_is_booked_and_planned() -> None:
    assert {budget.line for budget in BUDGETS} <= set(FIRM_LINES)
    assert PLAN_FIELDS[: len(SPENT_FIELDS)] == SPENT_FIELDS
    plain = {name for name in PLAN_FIELDS if hasattr(Plan(), name)}
    tiers = [budget.name for budget in BUDGETS if budget.line == "retention"]
    assert plain | set(tiers) == set(PLAN_FIELDS)
    assert len(tiers) == len(Plan().retention)


def test_quantities_that_are_paid_for_are_those_of_the_accounts() -> None:
    paid = {name for line in LINES.values() for name in getattr(line, "quantities", ())}
    assert paid == set(YEAR_FIELDS) - {"customer_months", "lost", "left_market"}
