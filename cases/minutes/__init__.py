"""Minutes that several people type at once: nothing lost, everybody's words attributed (docs/decisions/0034).

Each entry is a Yjs document of its own with one text, named "text". What is typed comes as updates, is stored under its
writer's own right before anybody else is shown it, and is replayed here to find out what the entry says and whose words
those are. Nothing is taken from what a page claims but the keys that were pressed.
"""
