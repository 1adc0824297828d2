"""References within a schema: resolving them became many times slower in 4.18.0."""

import jsonschema

SCHEMA = {
    "definitions": {"word": {"type": "string"}, "pair": {"type": "array", "items": {"$ref": "#/definitions/word"}}},
    "type": "array",
    "items": {"$ref": "#/definitions/pair"},
}
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
INSTANCE = [["a", "b"]] * 50


def test_references(benchmark):
    assert benchmark(VALIDATOR.is_valid, INSTANCE)
