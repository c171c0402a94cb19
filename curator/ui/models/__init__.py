"""The dialog of the models: what is here, what can be had, and whether it is right."""
