"""How fast relsim is, and against what: ``python -m benchmarks``.

Everything that is compared is measured in one run, in turns, so that what else the machine does
meets all alike. Nothing here asserts a time: the tests check that the engines that are compared
do the same work.
"""
