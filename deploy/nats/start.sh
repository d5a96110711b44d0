# Starts the server in its container: sh start.sh DATA_DIR COMMAND [ARGUMENT...]
# A server without accounts kept the streams in a folder of the account $G. Before the first start with accounts
# they become the engine's (docs/adr/0015); the server knows them by nothing but the folder.
set -eu
before="$1/jetstream/\$G" now="$1/jetstream/ENGINE"
shift
if [ -d "$before" ]; then
  if [ -e "$now" ]; then
    echo "Streams lie both in $before and in $now. Move the one that the engine did not write last elsewhere." >&2
    exit 78
  fi
  mv "$before" "$now"
fi
# A certificate that was put in another's place is shown from then on; who is connected stays connected.
tls="${TLS_DIR:-/etc/nats/users/tls}"
if [ -d "$tls" ]; then
  files() { cat "$tls/tls.crt" "$tls/tls.key" "$tls/ca.crt" 2>/dev/null | sha256sum; }
  (
    shown=$(files)
    while sleep 5; do
      now=$(files)
      [ "$now" = "$shown" ] || kill -HUP $$ || exit
      shown=$now
    done
  ) &
fi
# In the place of this shell, so that signals reach the server.
exec "$@"
