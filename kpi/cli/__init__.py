"""The command line: `python -m kpi …`. One file a family of commands; every answer has the shapes of docs/cli.md.

What takes long to import (frames, engine, readers) is imported inside the commands that need it, so that `--help` and
most mistakes answer at once.
"""
