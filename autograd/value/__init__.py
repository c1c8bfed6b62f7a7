"""A float that remembers, with every trick that makes graphs of numbers quick."""

from typing import TYPE_CHECKING, Any

__all__ = ["Value"]

if TYPE_CHECKING:
    from autograd.value.value import Value as Value
else:

    def __getattr__(name: str) -> Any:
        """The class is imported when it is first used: `autograd` imports this package for its name alone."""
        if name not in __all__:
            raise AttributeError(f"module 'autograd.value' has no attribute {name!r}")
        from autograd.value.value import Value

        return Value
