"""Code that is compiled before its import: loops in C and Cython, formulas for Pythran, and how they are built."""
