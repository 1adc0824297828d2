"""How well reports of several runs agree: real runs, and simulated ones whose true times are known."""
