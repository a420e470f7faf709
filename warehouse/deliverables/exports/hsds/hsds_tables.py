"""The HSDS 3.0 tables that are written: their files and the columns in use, in the order of the specification."""

from __future__ import annotations

from typing import Any

FILES = {
    "organization": "organizations.csv",
    "program": "programs.csv",
    "service": "services.csv",
    "attribute": "attributes.csv",
    "service_at_location": "service_at_location.csv",
    "location": "locations.csv",
    "phone": "phones.csv",
    "address": "addresses.csv",
    "schedule": "schedules.csv",
    "funding": "funding.csv",
    "service_area": "service_areas.csv",
    "required_document": "required_documents.csv",
    "language": "languages.csv",
    "taxonomy_term": "taxonomy_terms.csv",
    "metadata": "metadata.csv",
    "meta_table_description": "meta_table_descriptions.csv",
    "cost_option": "cost_options.csv",
    "taxonomy": "taxonomies.csv",
}
COLUMNS = {
    "organization": "id name alternate_name description parent_organization_id",
    "program": "id organization_id name description",
    "service": "id organization_id program_id name alternate_name description status application_process"
    " fees_description eligibility_description minimum_age maximum_age assured_date alert",
    "attribute": "id link_id taxonomy_term_id link_type link_entity value",
    "service_at_location": "id service_id location_id description",
    "location": "id location_type organization_id name description latitude longitude",
    "phone": "id service_at_location_id number type description",
    "address": "id location_id address_1 city region state_province postal_code country address_type",
    "schedule": "id service_at_location_id valid_to description",
    "funding": "id organization_id source",
    "service_area": "id service_id name description",
    "required_document": "id service_id document",
    "language": "id service_id name code",
    "taxonomy_term": "id code name description parent_id taxonomy language taxonomy_id",
    "metadata": "id resource_id resource_type last_action_date last_action_type field_name previous_value"
    " replacement_value updated_by",
    "meta_table_description": "id name language character_set",
    "cost_option": "id service_id option currency amount amount_description",
    "taxonomy": "id name description version",
}
_REQUIRED = {
    "organization": "id name description",
    "program": "id organization_id name description",
    "service": "id organization_id name status",
    "attribute": "id link_id taxonomy_term_id link_entity",
    "service_at_location": "id service_id location_id",
    "location": "id location_type",
    "phone": "id number",
    "address": "id address_1 city state_province postal_code country address_type",
    "cost_option": "id service_id",
    "taxonomy_term": "id name description",
    "taxonomy": "id name description",
    "metadata": "id resource_id resource_type last_action_date last_action_type field_name previous_value"
    " replacement_value updated_by",
}
_NUMBERS = {"latitude", "longitude", "minimum_age", "maximum_age", "amount"}
_DATES = {"assured_date", "valid_to", "last_action_date"}
# By foreign key, the table it refers to.
_POINTS_TO = {
    "organization_id": "organization",
    "parent_organization_id": "organization",
    "program_id": "program",
    "service_id": "service",
    "location_id": "location",
    "service_at_location_id": "service_at_location",
    "taxonomy_term_id": "taxonomy_term",
    "taxonomy_id": "taxonomy",
    "parent_id": "taxonomy_term",
}


def schema(table: str) -> dict[str, Any]:
    """The Table Schema of one table: types, required columns and foreign keys."""
    columns = COLUMNS[table].split()
    required = _REQUIRED.get(table, "id").split()
    keys = [
        {"fields": [name], "reference": {"resource": "" if other == table else other, "fields": ["id"]}}
        for name, other in _POINTS_TO.items()
        if name in columns
    ]
    fields = [_field(name, name in required) for name in columns]
    return {"fields": fields, "primaryKey": ["id"], "foreignKeys": keys, "missingValues": [""]}


def _field(name: str, is_required: bool) -> dict[str, Any]:
    kind = "number" if name in _NUMBERS else "date" if name in _DATES else "string"
    field: dict[str, Any] = {"name": name, "type": kind}
    field |= {"format": "uuid"} if name == "id" or name.endswith("_id") else {}
    return field | ({"constraints": {"required": True}} if is_required else {})
