"""Which place and which entity each record is, and the decisions that outlive a build."""
