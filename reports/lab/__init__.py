"""The page's lab: outputs of every implementation for small tasks, beside the page's own formulas."""
