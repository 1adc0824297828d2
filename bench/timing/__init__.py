"""What is timed, by which clock, and what a sample is worth: disturbed slices, slow cores, levels."""
