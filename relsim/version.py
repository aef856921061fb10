"""The version of relsim, where everything below the package's own face can read it."""

__version__ = "0.1.0"
