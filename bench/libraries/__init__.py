"""One small class for each array library: how to convert, wait, and set its threads."""
