"""The errors that relsim raises on purpose, each one clear sentence for the person who runs it."""


class RelsimError(Exception):
    """Something that the user can mend; the command line prints it and exits with 2."""


class SpecError(RelsimError, ValueError):
    """A config, or a value set on top of it, is not one that relsim can run."""


class EdgeListError(SpecError):
    """A file of a network's edges is broken."""


class CohortError(RelsimError, ValueError):
    """A table of cohorts cannot be read, or is none."""


class StrategyError(RelsimError):
    """A strategy cannot be loaded, or what it planned makes no sense."""


class TimeExceeded(BaseException):
    """A run took longer than it may; no ``except Exception`` of a strategy's holds it up."""


class OutputError(RelsimError):
    """Results cannot be written, or are not what they should be."""


class ComparisonError(RelsimError, ValueError):
    """Runs cannot be compared in the way that was asked for."""
