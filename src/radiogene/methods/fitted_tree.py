"""Whether a decision tree's nodes lead from its root to leaves, and nowhere else."""

from typing import Any

import numpy as np
from sklearn.tree._tree import Tree

LEAF = -1
"""scikit-learn's child of a leaf."""


def tree_problem(tree: Tree, width: int | None) -> str | None:
    """What is wrong with a tree that was read from a file, or None where following it is safe.

    A tree that scikit-learn fitted has its root first and every child after its parent, whichever builder made it. So a
    walk ends where children are later nodes of the same tree, and each node but the root is a child once.

    Args:
        tree: from a file.
        width: number of features that its estimator checks its input for; None where it checks none.
    """
    left, right = np.asarray(tree.children_left), np.asarray(tree.children_right)
    nodes = np.arange(tree.node_count)
    if width is None or tree.n_features != width:
        return f"a tree of {tree.n_features} features in an estimator of {width}"
    if not len(nodes) or not len(left) == len(right) == len(nodes):
        return f"a tree of {len(nodes)} nodes with {len(left)} left and {len(right)} right children"
    inner = (left != LEAF) | (right != LEAF)
    for children in (left[inner], right[inner]):
        wrong = (children <= nodes[inner]) | (children >= len(nodes))
        if wrong.any():
            return f"a tree whose node {nodes[inner][wrong][0]} leads to node {children[wrong][0]} of {len(nodes)}"
    if not np.array_equal(np.sort(np.concatenate([left[inner], right[inner]])), nodes[1:]):
        return "a tree with a node that is reached twice or never"
    asked = np.asarray(tree.feature)[inner]
    if ((asked < 0) | (asked >= width)).any():
        return f"a tree that asks for feature {asked[(asked < 0) | (asked >= width)][0]} of {width}"
    if tree.max_depth != _depth(left, right, inner):
        return f"a tree that is said to be {tree.max_depth} nodes deep and is not"
    return None if np.isfinite(np.asarray(tree.value)).all() else "a tree whose leaves hold no numbers"


def _depth(left: Any, right: Any, inner: Any) -> int:
    """The number of questions on the longest way; children come after their parents."""
    depth = np.zeros(len(left), dtype=np.int64)
    for node in np.flatnonzero(inner):
        depth[left[node]] = depth[right[node]] = depth[node] + 1
    return int(depth.max())
