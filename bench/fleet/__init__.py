"""Several machines of a Dask cluster: what is sent to each, played there in its own environment, and brought back."""
