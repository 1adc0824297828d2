"""The report's page: the data it carries, its charts, its script, styles and template.

Python sends what a run measured; the script derives from it what the reader chose to see.
"""
