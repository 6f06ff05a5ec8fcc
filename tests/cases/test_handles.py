"""The handles of the replica: the command line and HTTP, on the running world."""

from typing import Any

import httpx
from typer.testing import CliRunner

from demo.cases.registry import all_cases
from tingchao.cli import app
from tingchao.folders import DemoState


def base(replica: Any) -> str:
    state = DemoState.read(replica.folder.path)
    assert state
    return f"http://127.0.0.1:{state.port}"


def test_the_command_line_lists_plays_and_stops_cases(replica: Any) -> None:
    run = CliRunner()
    listed = run.invoke(app, ["demo", "case"])
    assert listed.exit_code == 0
    assert all(name in listed.output for name in all_cases())
    assert "▶" not in listed.output
    played = run.invoke(app, ["demo", "case", "jd-risk-605"])
    assert played.exit_code == 0
    assert "jd-risk-605" in played.output + played.stderr
    assert [row["name"] for row in replica.desk.listing() if row["playing"]] == ["jd-risk-605"]
    assert "▶" in run.invoke(app, ["demo", "case"]).output
    assert run.invoke(app, ["demo", "case", "jd-risk-605", "--stop"]).exit_code == 0
    assert not [row for row in replica.desk.listing() if row["playing"]]


def test_an_unknown_case_is_refused_with_the_names_of_its_site(replica: Any) -> None:
    answer = CliRunner().invoke(app, ["demo", "case", "jd-nonsense"])
    assert answer.exit_code != 0
    assert "jd-risk-605" in str(answer.exception)


def test_http_plays_stops_and_counts(replica: Any) -> None:
    here = base(replica)
    with httpx.Client(base_url=here, trust_env=False) as client:
        assert client.post("/__world/cases/jd-nothing").status_code == 404
        assert client.post("/__world/cases/jd-risk-605").json()["playing"] is True
        jd = {"host": "club.jd.com"}
        path = "/comment/productPageComments.action?productId=1&score=0&page=0"
        statuses = [client.get(path, headers=jd) for _ in range(3)]
        assert [bool(answer.headers.get("x-rp-content")) for answer in statuses] == [False, False, True]
        (row,) = [r for r in client.get("/__world/cases").json()["cases"] if r["playing"]]
        assert (row["name"], row["calls"]) == ("jd-risk-605", 3)
        assert client.delete("/__world/cases/jd-risk-605").json()["played"] is True


def test_the_ledger_is_asked_by_source_kind_and_subject(replica: Any, product: Any) -> None:
    sku = product("热水器").sku
    with httpx.Client(base_url=base(replica), trust_env=False) as client:
        answer = client.get("/__world/ids", params={"source": "jd", "kind": "review", "subject": sku}).json()
        assert set(answer["ids"]) == replica.existing_ids("jd", "review", subject=sku)
        assert answer["count"] == len(answer["ids"]) > 20
        refused = client.get("/__world/ids", params={"source": "jd", "kind": "post"})
        assert refused.status_code == 400
        assert refused.json()["kinds"]["jd"] == ["review", "product"]
