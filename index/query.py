"""The query language of people: the tree's nodes, the way from a text to it, and the way back."""

from index.nodes import NOTHING, And, Everything, Node, Not, Or, Range, Term, simplify
from index.parsing import parse
from index.rendering import render

__all__ = ["NOTHING", "And", "Everything", "Node", "Not", "Or", "Range", "Term", "parse", "render", "simplify"]
