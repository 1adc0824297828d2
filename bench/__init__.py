"""The harness: cases, workers, measuring, verifying, storing. It knows no suite."""
