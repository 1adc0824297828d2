"""asv's benchmark_dir: it imports every module here, so nothing else lives here."""
