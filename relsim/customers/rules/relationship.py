"""How satisfaction and trust follow experience."""

from relsim.customers.compiled import rule


@rule
def satisfaction_after(satisfaction: float, experience: float, learning_rate: float) -> float:
    """Return satisfaction after a month: ``S + lambda (e - S)``.

    Exponential smoothing of experience, the updating of Boulding, Kalra, Staelin & Zeithaml
    (1993), "A dynamic process model of service quality", JMR 30:1.

    Examples
    --------
    >>> satisfaction_after(0.5, 1.0, 0.5)
    0.75
    """
    return satisfaction + learning_rate * (experience - satisfaction)


@rule
def trust_after(trust: float, satisfaction: float, build_rate: float, break_rate: float) -> float:
    """Return trust after a month: ``T + eta (S - T)``, eta smaller upward than downward.

    Slow to build and quick to lose: Slovic (1993), "Perceived risk, trust and democracy",
    Risk Analysis 13:6, for the asymmetry; the form is relsim's own.

    Examples
    --------
    >>> trust_after(0.5, 1.0, 0.1, 0.5), trust_after(0.5, 0.0, 0.1, 0.5)
    (0.55, 0.25)
    """
    rate = build_rate if satisfaction > trust else break_rate
    return trust + rate * (satisfaction - trust)
