"""The country of this warehouse: a folder `countries/<iso3>/`, chosen by `MRF_COUNTRY`."""
