"""Runs -> pages, pictures and text. Reads records and never measures.

The wings, each importing only what stands below it:

    report.py       which formats go to which files
    comparison/     two revisions compared, as text and as a page
    page/           the report's page
    lab/            the page's lab
    figures/        pictures
    text.py         a run as Markdown, CSV, JSON and Parquet, with growth_text.py
    repeatability/  how far reports of whole runs agree
    tables/         every number
    rendering.py markdown.py palette.py units.py
"""
