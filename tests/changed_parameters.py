"""Every parameter that is a number, at a value that nothing else has."""

from __future__ import annotations

from ingestion.declaration import parameters


def _changed() -> dict[str, str]:
    changed = {}
    for index, (name, value) in enumerate(parameters.values().items()):
        if "-" in value:  # a date
            changed[name] = value
        elif name == "small_count":  # the suites list the numbers below it, and many would read as telephones
            changed[name] = "7"
        elif name.startswith("half_life"):  # longer than the intervals of checks
            changed[name] = str(90001 + 2 * index)
        elif name.startswith("synergy_weight"):  # one at most in all
            changed[name] = f"0.21{index:02d}1"
        elif float(value) > 1 and float(value).is_integer():
            changed[name] = str(7001 + 2 * index)
        else:
            changed[name] = f"0.37{index:02d}1"
    return changed


# By name, as `parameter.csv` would write them.
CHANGED = _changed()
