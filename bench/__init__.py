"""The harness: cases, workers, measuring, verifying, storing. It does not depend on any suite."""
