"""The timing loop and its clock, and which samples count: disturbed slices, slow cores, levels."""
