"""What a firm does about relationships: its policy for each mechanism that the market has on."""

from typing import Any

from pydantic import model_serializer
from pydantic_core.core_schema import SerializerFunctionWrapHandler

from relsim.mechanisms.loyalty_programme import Programme
from relsim.spec.fields import SpecModel, key


class Sparse(SpecModel):
    """A section of which keys are left out where nothing is on: as if they did not exist."""

    @model_serializer(mode="wrap")
    def _without_what_is_off(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        return {name: value for name, value in written.items() if value not in (None, {}, (), [])}


class Relationship(Sparse):
    """Policies of a firm; null where it has none."""

    loyalty_programme: Programme | None = key(
        "The firm's loyalty programme.", unit="-", default=None
    )
    own: dict[str, Any] = key(
        "Policies for mechanisms of one's own, by the mechanism's name.", unit="-", default={}
    )
