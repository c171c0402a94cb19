"""The audit page: hear, judge and mend clips."""
