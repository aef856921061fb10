"""The rules of a customer's month: scalar functions of numbers, one file per mechanism.

Every rule reads like the equation it cites. A conditional only chooses between values that
are already there, so that the compiled month can live many customers at once.
"""
