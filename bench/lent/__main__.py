"""``python -m rooflinear_lent pytest ARGUMENTS``: serves one session of a suite's benchmarks to the parent."""

import importlib
import sys

from .serving import Server


def main() -> int:
    server = Server()
    kind, *arguments = sys.argv[1:]
    sys.argv = [kind, *arguments]
    return importlib.import_module(f"{__package__}.{kind}_session").run(server, arguments)


if __name__ == "__main__":
    sys.exit(main())
