#!/usr/bin/env bash
# Makes an attestation key in this machine's TPM and prints the lines for machines.txt: enrol.sh NAME STATE PCRS [CLAIM=VALUE …].
# The key is at the persistent handle $AK. Do it where the machine is known to be booted right.
set -euo pipefail
name=$1 state=$2 pcrs=$(tr , '\n' <<<"$3" | sort -nu | paste -sd ,)
shift 3
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
tpm2_pcrread -Q "sha256:$pcrs" -o "$made/pcrs"
tpm2_createek -Q -G ecc -c "$made/ek.ctx"
tpm2_createak -Q -C "$made/ek.ctx" -G ecc -g sha256 -s ecdsa -c "$made/ak.ctx" -f pem -u "$made/ak.pem" -n "$made/ak.name"
tpm2_flushcontext -t
tpm2_evictcontrol -Q -c "$made/ak.ctx" "${AK:-0x81010010}"
tpm2_flushcontext -t
echo "key $name $(grep -v -- ----- "$made/ak.pem" | tr -d '\n')${*:+ $*}"
echo "boot $state $pcrs $(sha256sum <"$made/pcrs" | cut -d ' ' -f 1)"
