"""YAML, read with care: a file that nobody vouches for must not cost more than its size."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml

_DEEPEST = 100
_LARGEST_MAPPING = 10_000


def load(text: str) -> tuple[Any, yaml.Node | None]:
    """The values of a file, and its root node, which knows where each was written. Both None where it is no YAML that we want to know of.

    Values that are merged into a mapping (``<<``) stand in its node as well, in front of its own.
    """
    import yaml

    try:
        depth = 0
        for event in yaml.parse(
            text, Loader=_loader()
        ):  # the C composer recurses, and crashes where Python would raise
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                return None, None
        loader = _loader()(text)
        try:
            node = loader.get_single_node()
            return (None if node is None else loader.construct_document(node)), node
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError):
        return None, None


@lru_cache
def _loader() -> Any:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the base depends on how PyYAML was built
        """A safe loader whose merge keys cannot multiply without bound."""

        def flatten_mapping(self, node: yaml.MappingNode) -> None:
            super().flatten_mapping(node)
            if len(node.value) > _LARGEST_MAPPING:
                raise yaml.YAMLError("a mapping is too large")

    return Loader
