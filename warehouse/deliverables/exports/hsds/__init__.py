"""Open Referral HSDS 3.0: organizations, programmes and services, as tables and as API objects."""
