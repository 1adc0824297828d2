"""One module for each command: from its request to records and reports. Only these modules import `reports`."""
