"""Since when a case is slower, and what the last months did: many commits, with the paired gate as judge."""
