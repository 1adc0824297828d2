"""What each command does: from what was typed to records, and to reports. Only these modules import `reports`."""
