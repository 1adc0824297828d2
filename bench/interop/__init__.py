"""Files of asv, pytest-benchmark, pyperf and github-action-benchmark, in and out."""
