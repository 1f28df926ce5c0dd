#!/usr/bin/env bash
# Has this machine's TPM sign that it is this machine, in its state, now, and prints the evidence for a server's setup:
# quote.sh AUDIENCE MACHINE POLICY ID PCRS SECONDS. It ends after so many seconds, at most an hour.
set -euo pipefail
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
now=$(date +%s)
printf 'revproc-quote-1\naudience=%s\nmachine=%s\npolicy=%s\nid=%s\nissued=%s\nends=%s\n' \
  "$1" "$2" "$3" "$4" "$now" "$((now + $6))" >"$made/text"
tpm2_quote -Q -c "${AK:-0x81010010}" -l "sha256:$5" -g sha256 -q "$(sha256sum <"$made/text" | cut -d ' ' -f 1)" \
  -m "$made/attest" -s "$made/signature"
echo "tpm2.$(base64 -w 0 "$made/text").$(base64 -w 0 "$made/attest").$(base64 -w 0 "$made/signature")"
