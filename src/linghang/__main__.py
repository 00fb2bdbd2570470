"""`python -m linghang`: the command line."""

from linghang.cli.main import main

main()
