"""What the machine is and can do: facts, cores, ceilings measured and kept, neighbours that are busy."""
