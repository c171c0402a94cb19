"""Category suggestions learned from labelled clips, with explanations."""
