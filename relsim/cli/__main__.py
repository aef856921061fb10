"""``python -m relsim.cli`` is ``relsim``."""

from relsim.cli import main

if __name__ == "__main__":
    main()
