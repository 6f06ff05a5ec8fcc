"""存证: the pictures of posts in an incident."""

from datetime import datetime

import attrs
from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from flows.desk import Desk
from web.shell import Shell


@attrs.frozen(kw_only=True)
class Shown:
    """One picture beside an alert."""

    document: str
    at: datetime
    sha256: str


def shown_for(desk: Desk, documents: tuple[str, ...]) -> list[Shown]:
    """Pictures of these documents, oldest first."""
    if desk.evidence is None:
        return []
    return [Shown(document=s.document, at=s.taken_at, sha256=s.sha256) for s in desk.evidence.pictures(documents)]


def router(shell: Shell) -> APIRouter:
    """The addresses of the evidence."""
    routes = APIRouter()

    @routes.get("/evidence/{document}/{sha256}.png")
    def picture(document: str, sha256: str) -> FileResponse:
        room = shell.desk.evidence
        path = room.picture_file(document, sha256) if room else None
        if path is None:
            raise HTTPException(404, "没有这张截图：可能已过保留期")
        # the address names the content, so it never changes
        return FileResponse(
            path, media_type="image/png", headers={"cache-control": "private, max-age=86400, immutable"}
        )

    return routes
