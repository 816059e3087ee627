"""The page: thin views over the pipeline, in three languages."""
