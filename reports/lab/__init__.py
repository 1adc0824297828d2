"""The page's lab: small tasks as every implementation computed them, beside the page's own formulas."""
