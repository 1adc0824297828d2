"""What `import rooflinear` offers: calls that start the command, their results as objects, suites made of functions."""
