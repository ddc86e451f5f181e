"""Follows indexing from Python: a whole client of the status server, by docs/protocol.md alone.

    pip install websockets
    python client.py http://localhost:3000/api/v1/index list --status in_progress,failed
    python client.py http://localhost:3000/api/v1/index watch TASK
"""

import argparse
import json
import os
import random
import sys
import time
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

ENDED = {"completed", "failed", "cancelled"}
# Twice the server's heartbeat.
SILENCE_SECONDS = 30
ENDED_CLOSE = 1000
# These are not mended by coming back.
FINAL_CLOSES = {1008, 1009, 4401, 4403, 4404}
LONGEST_PAUSE_SECONDS = 30


class Problem(Exception):
    """An answer that is no good one, as RFC 9457 has it."""

    def __init__(self, status, problem):
        super().__init__(f"{status} {problem.get('title')}: {problem.get('detail')}")
        self.status = status
        self.problem = problem


class Client:
    """One status server."""

    def __init__(self, base, token=None):
        self.base = base.rstrip("/")
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def list(self, **query):
        """Every task that the filter lets through, newest first."""
        return self._pages("/status", "tasks", query)

    def status(self, task_id):
        return self._call("GET", f"/status/{quote(task_id, safe='')}")

    def logs(self, task_id, **query):
        """Every entry of a task's log, oldest first."""
        return self._pages(f"/status/{quote(task_id, safe='')}/logs", "logs", query)

    def cancel(self, task_id):
        return self._call("POST", f"/status/{quote(task_id, safe='')}/cancel")

    def watch(self, task_id):
        """The messages with a document of a task, to its end, over as many connections as it takes."""
        last = None
        attempt = 0
        while True:
            query = {} if last is None else {"since": last["seq"], "epoch": last["epoch"]}
            url = self._url(f"/status/{quote(task_id, safe='')}/stream", query)
            pause = 0
            try:
                with connect(
                    "ws" + url.removeprefix("http"),
                    additional_headers=self.headers,
                    compression=None,
                ) as socket:
                    while True:
                        message = json.loads(socket.recv(timeout=SILENCE_SECONDS))
                        attempt = 0
                        if message["type"] in ("initial_status", "status_update"):
                            last = message["data"]
                            yield message
                        elif message["type"] == "error":
                            print(message["message"], file=sys.stderr)
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else None
                if code == ENDED_CLOSE:
                    return
                if code in FINAL_CLOSES:
                    raise
            except InvalidStatus as refusal:
                answer = refusal.response
                if answer.status_code not in (429, 503):
                    raise Problem(answer.status_code, json.loads(answer.body)) from None
                pause = int(answer.headers["Retry-After"])
            except (OSError, TimeoutError):
                pass
            attempt += 1
            longest = min(LONGEST_PAUSE_SECONDS, 0.1 * 2**attempt)
            time.sleep(max(pause, random.uniform(longest / 2, longest)))

    def _pages(self, path, member, query):
        cursor = None
        while True:
            page = self._call("GET", path, {**query, **({"cursor": cursor} if cursor else {})})
            yield from page[member]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _call(self, method, path, query=None):
        request = Request(self._url(path, query or {}), method=method, headers=self.headers)
        try:
            with urlopen(request, timeout=SILENCE_SECONDS) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise Problem(error.code, json.load(error)) from None

    def _url(self, path, query):
        given = {name: value for name, value in query.items() if value is not None}
        return self.base + path + (f"?{urlencode(given)}" if given else "")


def main():
    parser = argparse.ArgumentParser(description="Prints one line of JSON for each thing.")
    parser.add_argument("base", help="for example http://localhost:3000/api/v1/index")
    commands = parser.add_subparsers(dest="command", required=True)
    listed = commands.add_parser("list")
    listed.add_argument("--status")
    listed.add_argument("--repository")
    listed.add_argument("--limit", help="tasks of a page")
    logs = commands.add_parser("logs")
    logs.add_argument("task")
    logs.add_argument("--level")
    logs.add_argument("--limit", help="entries of a page")
    for name in ("status", "watch", "cancel"):
        commands.add_parser(name).add_argument("task")
    given = vars(parser.parse_args())

    client = Client(given.pop("base"), os.environ.get("CAIRN_TOKEN"))
    call = getattr(client, given.pop("command"))
    task = [given.pop("task")] if "task" in given else []
    try:
        answer = call(*task, **given)
        for each in [answer] if isinstance(answer, dict) else answer:
            print(json.dumps(each), flush=True)
    except (Problem, ConnectionClosed) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
