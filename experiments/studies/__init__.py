"""One study beside each claim: what one outcome of a run cannot tell, as a table and a figure.

A module a study, named after its claim: ``table`` lives markets, ``draw`` makes the figure of the
table, ``words`` says with numbers what the table shows.
"""
