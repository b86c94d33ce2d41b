import { postgresFolders, postgresNames, secretKeys } from "../../../lib/naming";
import { nonRoot } from "../hardened-pod";

export const postgresPaths = {
  ...postgresFolders,
  /** Below the volume's root, whose mode isn't the server's to choose. */
  data: `${postgresFolders.volume}/data`,
  config: "/etc/open-webui-postgres",
} as const;

const { user, database } = postgresNames;
const { data, config, socket } = postgresPaths;

/**
 * Made beside and moved, so that a start that was killed begins anew. The password is set in single-user mode, before
 * anybody can connect.
 */
const prepare = `set -eu
case "$${secretKeys.postgres.password}" in
  "" | *[!A-Za-z0-9]*) echo "${secretKeys.postgres.password}: allowed: letters and digits, at least one." >&2; exit 1 ;;
esac
if [ ! -d ${data} ]; then
  rm -rf ${data}.new
  initdb --pgdata=${data}.new --username=${user} --encoding=UTF8 --locale=C.UTF-8 --auth=reject --data-checksums
  echo 'CREATE DATABASE ${database}' | postgres --single -D ${data}.new postgres
  mv ${data}.new ${data}
fi
chmod 0700 ${data}
echo "ALTER ROLE ${user} PASSWORD '$${secretKeys.postgres.password}'" | postgres --single -D ${data} ${database}
`;

/** In the pod nobody else is; from elsewhere the password is asked for. */
const pgHba = `local all all trust
host ${database} ${user} all scram-sha-256
`;

const postgresqlConf = `listen_addresses = '*'
unix_socket_directories = '${socket}'
hba_file = '${config}/pg_hba.conf'
password_encryption = scram-sha-256
max_connections = 50
`;

/** What is mounted into the pod. */
export const postgresFiles = {
  "prepare.sh": prepare,
  "pg_hba.conf": pgHba,
  "postgresql.conf": postgresqlConf,
  passwd: `postgres:x:${nonRoot}:${nonRoot}:Postgres:/tmp:/bin/sh\n`,
};

export const prepareCommand = ["sh", `${config}/prepare.sh`] as const;

export const serverCommand = ["postgres", "-D", data, `--config-file=${config}/postgresql.conf`] as const;
