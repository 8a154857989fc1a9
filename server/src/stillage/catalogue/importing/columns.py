"""Which column of a file is which field: by the synonyms in its heading, or as the person says. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stillage.catalogue.importing.cells import Reader
from stillage.core.errors import Fault, refuse_all

_BETWEEN = re.compile(r"[^0-9a-z]+")


def heading_key(heading: str) -> str:
    """The form under which headings are compared: letters and digits only, case and accents folded."""
    plain = unicodedata.normalize("NFKD", heading.casefold().replace("ß", "ss"))
    return _BETWEEN.sub(" ", plain).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing a row may say. `headings` are tried in order; `target` is the value it fills, if another's.

    `doubtful` says that a wrong value may be left blank on request (GTINs).
    """

    name: str
    read: Reader
    headings: tuple[str, ...] = ()
    required: bool = False
    target: str = ""
    doubtful: bool = False
    write: Callable[[Any], str] = str

    @property
    def fills(self) -> str:
        return self.target or self.name


def map_columns(
    fields: Sequence[Field], headings: Sequence[str], asked: Mapping[str, str | None]
) -> dict[str, str]:
    """{field: heading}. What the person asked for wins; "" or null leaves a field out. Raises one Refusal."""
    faults = [
        Fault("/columns", "repeated_column", f"The column {heading[:60]!r} stands there twice; rename one.")
        for heading in sorted({h for h in headings if h and headings.count(h) > 1})
    ]
    by_key: dict[str, str] = {}
    for heading in headings:
        by_key.setdefault(heading_key(heading), heading)
    mapping: dict[str, str] = {}
    for name, column in asked.items():
        if not column:
            continue
        found = column if column in headings else by_key.get(heading_key(column))
        if not found:
            faults.append(
                Fault(f"/mapping/{name}", "unknown_column", f"The file has no column {column[:60]!r}.")
            )
        else:
            mapping[name] = found
    used = set(mapping.values())
    for field in fields:
        if field.name in asked:
            continue
        for heading in (field.name, *field.headings):
            column_ = by_key.get(heading_key(heading))
            if column_ and column_ not in used:
                mapping[field.name] = column_
                used.add(column_)
                break
    faults += [
        Fault("/columns", "column_missing", f"No column was found for {field.name}; name it in the mapping.")
        for field in fields
        if field.required and field.name not in mapping
    ]
    refuse_all(faults)
    return mapping


def check_mapping_names(fields: Sequence[Field], asked: Mapping[str, Any]) -> None:
    """Refuse fields that this kind of import does not have, before the file is even kept."""
    known = {field.name for field in fields}
    refuse_all(
        [
            Fault(
                "/mapping",
                "unknown_field",
                f"There is no field {name[:60]!r}; known are {', '.join(sorted(known))}.",
            )
            for name in asked
            if name not in known
        ]
    )
