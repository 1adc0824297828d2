"""What `bisect` and `history` show."""
