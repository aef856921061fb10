"""The passes of the month: loops over a block's customers, each of one signature, ``pass(scene)``.

Every pass is a plain loop over a block's working space that calls one or two rules; a block
fits the second cache, so the passes together read memory once. Conditionals inside a pass
choose between values that are already there. What a customer reads of *others* is last
month's (what was said, the firms' table), so neither order nor threads matter. Which passes a
market's month has, and in which order, says :data:`relsim.customers.schedule.SCHEDULE`.
"""
