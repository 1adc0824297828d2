"""Turns runs into pages, pictures and text. Reads records and never measures.

Its folders and modules, each importing only those below it:

    report.py       which formats go to which files
    comparison/     two revisions compared, as text and as a page
    page/           the report's page
    lab/            the page's lab
    figures/        pictures
    text.py         a run as Markdown, CSV, JSON and Parquet, with growth_text.py
    repeatability/  how well the reports of several runs agree
    tables/         all numbers
    rendering.py markdown.py palette.py units.py
"""
