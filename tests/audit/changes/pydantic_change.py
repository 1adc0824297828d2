"""The JSON schema of a model: 0.6 ms in 2.10.6, 77 ms in 2.11.0b2 for the reporter's models."""

import pydantic


class Leaf(pydantic.BaseModel):
    name: str
    size: int = 0


class Tree(pydantic.BaseModel):
    left: Leaf
    right: Leaf
    others: list["Tree"] = []


def test_json_schema(benchmark):
    assert benchmark(Tree.model_json_schema)["$defs"]
