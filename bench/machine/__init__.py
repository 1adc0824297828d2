"""The machine: its facts, its cores, its measured ceilings, and other programs that are busy."""
