"""What all the pretended sites share: the shape of a page, and the templates."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template, select_autoescape
from starlette.requests import Request
from starlette.responses import Response

from demo.world import World

WorldPage = Callable[[World, Request], Response]
"""Answers a request from what exists in the world now."""


@cache
def page_template(name: str) -> Template:
    """A page of a pretended site."""
    folder = Path(__file__).parent / "templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=select_autoescape()).get_template(name)
