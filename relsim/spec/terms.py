"""The field's words: what each means here, what it is made of, and where it stands."""

from typing import NamedTuple


class Term(NamedTuple):
    """A word of the field.

    Attributes
    ----------
    name : str
        The standard term.
    synonyms : tuple of str
        Other words for it, abbreviations among them.
    meaning : str
        What it is.
    made_of : str
        How relsim measures it, in columns of its tables and keys of its configs.
    where : tuple of str
        Columns and keys to look at.
    former : str
        What it was called in an earlier relsim.
    """

    name: str
    synonyms: tuple[str, ...]
    meaning: str
    made_of: str
    where: tuple[str, ...] = ()
    former: str = ""


TERMS = (
    Term(
        "churn", ("churn rate", "defection", "attrition rate", "customer loss"),
        "Share of a firm's customers that it loses in a month.",
        "churned / opening: of the customers at the month's opening, the share lost in it, to "
        "rivals, to none or out of the market. A year: 1 - (1 - churn)^12. Who comes and leaves "
        "the market in the same month is counted in left_at_once.",
        ("churn", "lost", "opening", "lost_to_rivals", "lost_to_none", "left_market",
         "churned", "left_at_once"), "defection",
    ),
    Term(
        "retention rate", ("retention", "loyalty rate", "renewal rate"),
        "Share of a firm's customers that it keeps in a month: 1 - churn.",
        "1 - churned / opening. What a firm spends on it is the line `retention`.",
        ("churn", "retention", "firms.care", "mechanisms.retention"),
    ),
    Term(
        "customer acquisition cost", ("CAC", "acquisition cost", "cost of acquisition"),
        "What a firm spends to acquire one customer.",
        "cac = -(acquisition + onboarding + discounts + rewards) / acquired, the selling cost of "
        "every sale included where a firm sells sale by sale; not a number where "
        "nobody was acquired.",
        ("cac", "acquisition", "onboarding", "discounts", "rewards", "acquired"), "winning",
    ),
    Term(
        "acquisition", ("offence", "prospecting", "conquest"),
        "Reaching prospects and rivals' customers so that they become customers.",
        "Spend: the line `acquisition`; response: `firms.acquisition`; customers: `acquired`.",
        ("acquisition", "acquired", "firms.acquisition"), "winning",
    ),
    Term(
        "customer lifetime value", ("CLV", "LTV", "lifetime value", "customer value"),
        "Present value of the margins of a customer over its life with the firm.",
        "lifetime_value: of a mean present customer; entry_value: of a new one, from the observed "
        "moves on the loyalty ladder by a linear solve (Pfeifer & Carraway 2000).",
        ("lifetime_value", "entry_value", "contribution"),
    ),
    Term(
        "customer equity", ("equity", "value of the customer base"),
        "Lifetime value of all customers of a firm: those present and those to come.",
        "customer_equity = equity_present + equity_future, the latter net of what acquiring costs.",
        ("customer_equity", "equity_present", "equity_future"),
    ),
    Term(
        "market share", ("share of customers", "share"),
        "Share of the customers who have a supplier.",
        "share = customers / customers of all firms; penetration is over all potential ones.",
        ("share", "customers", "firms.share"),
    ),
    Term(
        "penetration", ("share of all potential customers",),
        "Share of all potential customers, with a supplier or without.",
        "penetration = customers / market.customers.", ("penetration", "market.customers"),
        "market_share",
    ),
    Term(
        "brand awareness", ("awareness", "brand", "recognition"),
        "Chance that a deciding customer thinks of a firm unasked.",
        "The key firms.awareness; with mechanisms.awareness it is where a stock starts, the column "
        "awareness, which spend on brand and acquisition builds. Customers acquired by it: "
        "by_awareness.",
        ("firms.awareness", "mechanisms.awareness", "spent_brand", "by_awareness"), "fame",
    ),
    Term(
        "attrition", ("customers leaving the market", "market turnover", "turnover"),
        "Customers who leave the market for good and are followed by newcomers.",
        "The key market.annual_turnover; per firm and month: left_market.",
        ("market.annual_turnover", "left_market"), "turnover",
    ),
    Term(
        "random seed", ("seed",),
        "Number from which all random numbers of a run follow: the same seed, the same results.",
        "The key run.seed, or --seed; of an experiment: seed.", ("run.seed", "run.replication"),
        "seed of all luck",
    ),
    Term(
        "random numbers", ("common random numbers", "CRN", "random stream", "luck"),
        "Draws that stand for what a model does not explain; two arms with common random numbers "
        "differ by the treatment alone.",
        "Philox 4x32-10 by seed, replication, customer, month and purpose; of an experiment: "
        "random_numbers.", ("run.seed", "run.replication"), "luck",
    ),
    Term(
        "replication", ("repetition", "repeated run"),
        "A run of the same market with other random numbers.",
        "The key run.replication; how many: replication.minimum of an experiment.",
        ("run.replication",),
    ),
    Term(
        "noise", ("chance", "sampling error", "stochastic error"),
        "What differs between replications of the same market.",
        "Its share of variance stands beside sensitivity indices; intervals hold it.",
        (), "luck",
    ),
    Term(
        "confidence interval", ("interval", "CI", "uncertainty interval"),
        "Range that covers the true mean in 95 of 100 repetitions.",
        "Student's t over paired differences; over points where points are drawn. Columns "
        "difference_low and difference_high of effects.csv.",
    ),
    Term(
        "effect size", ("treatment effect", "effect"),
        "What a treatment changes: the mean paired difference from the control.",
        "Columns difference, relative and their ends in effects.csv.",
    ),
    Term(
        "sensitivity index", ("Sobol index", "elementary effect"),
        "Share of an outcome's variance that a factor explains.",
        "sensitivity.csv: first-order and total Sobol indices, Morris's effects, or a tornado.",
    ),
    Term(
        "budget allocation", ("budget", "marketing budget", "budget split", "marketing mix"),
        "How much a firm spends, and how it divides that between acquisition and retention.",
        "firms.strategy.budget_share and retention_share of most strategies.",
        ("strategy.balanced.budget_share", "strategy.balanced.retention_share"),
    ),
    Term(
        "break-even", ("break-even point", "threshold"),
        "Value of a key at which an outcome reaches a goal.",
        "relsim solve finds it; a claim's card says where its answer turns.",
    ),
    Term(
        "scenario", ("setting", "environment"),
        "A market with some values set otherwise.",
        "A config that extends another, or settings and arms of an experiment.",
    ),
    Term(
        "best reply", ("best response",),
        "The decision that does best against what rivals do.",
        "Not there yet; experiments compare strategies that are given.",
    ),
)  # fmt: skip


def find_term(word: str) -> Term | None:
    """Return the term that a word means; None if it is none of the field's.

    Parameters
    ----------
    word : str
        As somebody typed it.

    Examples
    --------
    >>> find_term("CAC").name, find_term("defection").name, find_term("price")
    ('customer acquisition cost', 'churn', None)
    """
    sought = " ".join(word.replace("_", " ").replace("-", " ").lower().split())
    for term in TERMS:
        names = (term.name, *term.synonyms)
        if sought in {" ".join(name.lower().replace("-", " ").split()) for name in names}:
            return term
    return None
