"""Workers on the nodes of a Ray cluster, behind the interface of curator.jobs.executor."""
