"""Prints each report: python3 listen.py [server] [query]

    python3 listen.py http://localhost:3000 'stations=44009,46026'

It needs only Python. After a lost connection it resumes by event id without a missed report.
"""

import http.client
import json
import sys
import time
import urllib.request


def observations(server="http://localhost:3000", query=""):
    """Yields (event id, report) without end; a value that was not measured is None."""
    last_event_id = None
    while True:
        request = urllib.request.Request(f"{server}/v1/observations/stream?{query}")
        if last_event_id is not None:
            request.add_header("Last-Event-ID", last_event_id)
        try:
            # The server sends a heartbeat every 15 seconds, so 60 seconds of silence mean a dead connection.
            with urllib.request.urlopen(request, timeout=60) as stream:
                event, data, event_id = "", "", None
                for line in stream:
                    field, _, value = line.decode().rstrip("\n").partition(": ")
                    if field == "event":
                        event = value
                    elif field == "data":
                        data = value
                    elif field == "id":
                        event_id = last_event_id = value
                    elif line == b"\n":
                        if event == "observation":
                            yield event_id, json.loads(data)
                        event, data, event_id = "", "", None
        except (OSError, http.client.HTTPException) as error:
            print(f"{server}: {error}", file=sys.stderr)
        time.sleep(2)


if __name__ == "__main__":
    for event_id, report in observations(*sys.argv[1:3]):
        wave = report["waveHeightM"]
        waves = "waves not measured" if wave is None else f"waves of {wave} m"
        print(f"{event_id} {report['timestamp']} {report['stationId']}: {waves}", flush=True)
