"""Settings of all tests."""

import hypothesis

# No deadline, because the first call of a rule compiles it; the same examples in every run.
hypothesis.settings.register_profile("relsim", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("relsim")
