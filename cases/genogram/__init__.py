"""The family tree of a record: worked out from recorded relationships, drawn as one picture, and said in sentences.

It holds the people the reader may see and the relationships between them, and nothing of anybody else.
"""

from cases.genogram.tree import Tree, tree_of

__all__ = ["Tree", "tree_of"]
