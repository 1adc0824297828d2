"""References to schemas with an ``$id`` of their own within a schema: 16 to 30 times slower in 4.18.0.

referencing issue 178: 3.5 s became 55 s for a schema that embeds the schemas it refers to, 3 min instead of 6 s for
the reporter's tests. Each reference searches the whole schema for the one that it names, so the ratio
grows with their number.
"""

import jsonschema

URI = "http://example.com/{}.schema"
UNITS = 10
EMBEDDED = {
    URI.format(unit): {
        "$id": URI.format(unit),
        "$defs": {"quantity": {"type": "object", "properties": {"value": {"type": "number"}, "unit": {"const": unit}}}},
    }
    for unit in range(UNITS)
}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": URI.format("document"),
    "$defs": EMBEDDED,
    "properties": {f"in {unit}": {"$ref": URI.format(unit) + "#/$defs/quantity"} for unit in range(UNITS)},
}
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
DOCUMENT = {f"in {unit}": {"value": 1.5, "unit": unit} for unit in range(UNITS)}


def test_references(benchmark):
    assert benchmark(VALIDATOR.is_valid, DOCUMENT)
