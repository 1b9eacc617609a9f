"""An invented county, Westmoor, and everything needed to fill a database with it.

Nothing here is about anybody: people, places, schools and numbers are made up. `world` builds the small demonstration
county through the same actions that people use; `county` writes a large one in bulk to measure with; `bench` measures.
"""
