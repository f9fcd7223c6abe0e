"""What all sections of the settings are made of: what a section is, and the values that stand in many of them."""

from enum import Enum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, StringConstraints
from pydantic.fields import FieldInfo

from netwatch.settings_faults import refuse

REFERENCES = ("file:", "env:")


class Mark(Enum):
    """What else is to be known of a key: FIXED while running; PATH, REFERENCE and URL start from a folder."""

    FIXED = "fixed"
    PATH = "path"
    REFERENCE = "reference"
    URL = "url"


def reference(text: str) -> str:
    """A text that names a secret, or nothing; refused otherwise."""
    if text and not text.startswith(REFERENCES):
        refuse("a secret does not stand in the settings. Write file:/path/of/a/file or env:NAME instead.")
    return text


Seconds = Annotated[float, Strict(), Field(gt=0, le=86_400, allow_inf_nan=False)]
Interval = Annotated[float, Strict(), Field(ge=1, le=86_400, allow_inf_nan=False)]
YesNo = Annotated[bool, Strict()]
Reference = Annotated[str, AfterValidator(reference), Mark.REFERENCE]
PathText = Annotated[str, Mark.PATH]
# The name of a section that operators name: a credential, a receiver, a route.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


def count(low: int, high: int) -> FieldInfo:
    """A whole number from `low` to `high`, both included."""
    info: FieldInfo = Field(strict=True, ge=low, le=high)
    return info


class Section(BaseModel):
    """What every section is: frozen, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=False)
