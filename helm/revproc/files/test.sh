# Run by `helm test` inside the cluster: is a proxy ready, and does a message of each policy come back with the right
# hash? Only bash and coreutils, since that is what the proxy's image has.
set -u
fail() { echo "FAILED: $*"; exit 1; }

# ask HOST PORT TEXT: what comes back, at most until its first newline, closing brace or end
ask() {
  local answer
  answer=$(timeout "$TIMEOUT" bash -c '
    exec 3<>"/dev/tcp/$0/$1" || exit 1
    printf "%s" "$2" >&3
    IFS= read -r -d "$3" reply <&3
    printf "%s" "$reply"' "$1" "$2" "$3" "$4" 2>/dev/null) || [ -n "$answer" ] || return 1
  printf '%s' "$answer"
}

# Not asked where the admin port speaks TLS, which the shell does not: the pod's own probe asks there.
if [ -n "$ADMIN_HOST" ]; then
  status=$(ask "$ADMIN_HOST" "$ADMIN_PORT" $'GET /actuator/health/readiness HTTP/1.0\r\nHost: test\r\n\r\n' $'\n') \
    || fail "no answer from $ADMIN_HOST:$ADMIN_PORT within ${TIMEOUT} s"
  case $status in
    *' 200'*) echo "proxy is ready" ;;
    *) fail "the proxy is not ready: $status" ;;
  esac
fi

IFS=, read -r -a policies <<<"${POLICIES:-}"
for policy in "${policies[@]}"; do
  payload="helm test of $policy at $(date +%s%N)"
  expected=$(printf '%s' "$payload" | sha1sum | cut -d' ' -f1)
  message="{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"$policy\", \"payloadsize\": ${#payload}, \"payload\": \"$payload\"}"
  answer=$(ask "$PROXY_HOST" "$PROXY_PORT" "$message" '}') \
    || fail "no answer for policy $policy from $PROXY_HOST:$PROXY_PORT within ${TIMEOUT} s"
  case $answer in
    *"$expected"*) echo "$policy: hash matched" ;;
    *) fail "$policy: $answer}" ;;
  esac
done
echo "all is well"
