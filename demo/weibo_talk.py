"""What is said under a post of Weibo: comments, the replies to one of them, and where a list goes on."""

from demo import ids
from demo.events import Comment, Post
from demo.posting import TALKED_ABOUT
from demo.world import World

COMMENTS, INLINE = 20, 2
"""Comments on a page; replies that stand with their comment."""


def top(world: World, post: Post) -> list[Comment]:
    """Comments on the post itself, newest first."""
    return [c for c in world.comments(post.mid) if not c.parent]


def replies(world: World, post: Post, above: Comment) -> list[Comment]:
    """What answers a comment, newest first."""
    return [c for c in world.comments(post.mid) if c.parent == above.id]


def comment_and_post(world: World, comment_id: int) -> tuple[Comment, Post] | None:
    """A comment by its id, and the post below which it stands."""
    at = ids.second_of(comment_id)
    for post in world.posts("", since=at - TALKED_ABOUT, until=at):
        for said in world.comments(post.mid):
            if said.id == comment_id:
                return said, post
    return None


def after(everything: list[Comment], cursor: str) -> tuple[list[Comment], int]:
    """The next page of comments, and the cursor behind it: 0 at the end."""
    rest = [c for c in everything if not cursor.strip("0") or (cursor.isdecimal() and c.id < int(cursor))]
    return rest[:COMMENTS], rest[COMMENTS - 1].id if len(rest) > COMMENTS else 0
