"""Running stages somewhere else: the parent owns the project and writes, workers listen and speak.

A job is data. A worker is a process that reads one job, opens the project read-only and answers
with one JSON object a line. What has arrived is stored at once, so a worker may die at any moment.
"""
