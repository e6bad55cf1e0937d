#!/bin/sh
# The dev server of Temporal's command line tool in place of the server: the same services in one process, its state in SQLite on a volume.
# It takes the dynamic configuration of the compose file, as far as that has plain values.
set -eu

set --
while read -r word value rest; do
  case $word in
    '#'*) ;;
    -) set -- "$@" --dynamic-config-value "$key=$rest" ;;
    *:) key=${word%:} ;;
  esac
done < "$DYNAMIC_CONFIG_FILE_PATH"

exec temporal server start-dev --ip 0.0.0.0 --port 7233 --headless --log-level "$LOG_LEVEL" \
  --db-filename /state/temporal.db --sqlite-pragma journal_mode=WAL --sqlite-pragma synchronous=NORMAL "$@"
