"""Stages in worker processes: the parent writes the project, workers send messages.

A job is data. A worker is a process that reads one job, opens the project read-only and answers
with one JSON object a line. What has arrived is stored at once, so a worker may die at any moment.
"""
