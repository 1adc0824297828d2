"""Runs -> pages, pictures and text. Reads records and never measures."""
