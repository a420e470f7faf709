"""From a list of p-codes to a country pack that runs: `mrf new-country`."""
