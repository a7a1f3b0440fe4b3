"""A value that a JSON schema allows: known values where names agree, the plainest otherwise.

Enough of JSON Schema for structured answers and tool arguments. This room refuses references.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DEEPEST = 20


def instance(schema: Any, known: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """An instance of the schema; `known` holds values to be used under their own names."""
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return None
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return instance(schema[key][0], known, name, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    found = known.get(name)
    if kind == "object":
        properties = schema.get("properties") or {}
        return {key: instance(each, known, key, depth + 1) for key, each in properties.items()}
    if kind == "array":
        least = max(1, schema.get("minItems") or 0)
        return [instance(schema.get("items"), known, name, depth + 1) for _ in range(least)]
    if kind == "string":
        return found if isinstance(found, str) else str(known.get("note", name))
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    return False if kind == "boolean" else None
