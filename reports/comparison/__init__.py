"""A comparison of two revisions as text, as Markdown and as a page of its own."""
