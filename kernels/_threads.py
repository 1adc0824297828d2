"""How many threads the harness has allotted, for libraries that no environment variable tells."""

import os

THREADS = int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)
