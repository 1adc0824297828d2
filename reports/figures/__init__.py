"""A run as pictures: PNG, SVG and PDF, drawn with Matplotlib."""
