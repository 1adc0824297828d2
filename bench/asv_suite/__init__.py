"""asv's benchmark_dir. asv imports every module here, so it contains nothing else."""
