"""How far reports of whole runs agree: real runs measured again, and simulated ones whose truth is known."""
