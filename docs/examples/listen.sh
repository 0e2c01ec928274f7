#!/bin/sh
# Prints each report as a line of JSON: sh listen.sh [server] [query]
#   sh listen.sh http://localhost:3000 'stations=44009,46026'
# It stores the last event id in last-event-id.txt and resumes from there, also after a restart.
stream="${1:-http://localhost:3000}/v1/observations/stream?${2:-}"
kept=last-event-id.txt

while :; do
  id=$(cat "$kept" 2>/dev/null)
  # 60 seconds without data (four heartbeats) mean a dead connection.
  curl --silent --show-error --fail --no-buffer --speed-limit 1 --speed-time 60 \
    ${id:+--header "Last-Event-ID: $id"} "$stream" |
    while IFS= read -r line; do
      case $line in
        'event: '*) event=${line#event: } ;;
        'data: '*) [ "$event" = observation ] && printf '%s\n' "${line#data: }" ;;
        'id: '*) printf '%s\n' "${line#id: }" >"$kept" ;;
      esac
    done
  sleep 2
done
