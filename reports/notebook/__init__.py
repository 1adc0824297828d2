"""The answer of a run, a verification or a comparison as HTML for the cell of a notebook."""
