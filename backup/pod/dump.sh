# Prints the database that PGHOST, PGUSER and PGDATABASE name, as pg_restore reads it, and after it a line of JSON: when
# that was, which migrations it has, and its bytes. Without that line it broke off.
set -eu
# The network's policies may learn of this pod a moment after it has begun.
tries=0
until pg_isready --quiet --timeout=3; do
  tries=$((tries + 1))
  if [ "$tries" -ge 60 ]; then
    echo "Postgres doesn't answer at $PGHOST." >&2
    exit 1
  fi
  sleep 1
done
facts=$(psql --no-psqlrc --tuples-only --no-align --set=ON_ERROR_STOP=1 --command="
  SELECT json_build_object(
    'created', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
    'revision', version_num,
    'size', pg_database_size(current_database()))
  FROM alembic_version")
pg_dump --format=custom
printf '\n%s' "$facts"
