# shellcheck shell=bash disable=SC1091,SC2154
# Sourced by the programs of a package: starts one with the package's own runtime, and from its cache where there is one. The JVM
# does without a cache that does not fit. JAVA_OPTS adds options, as with the scripts of the sources.
. "${BASH_SOURCE[0]%/*}/java.sh"

launch() {
  local program=$1 lib options=() own=()
  shift
  lib=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
  if [ "$program" = revproc ]; then
    cli_opts "$@"
    options+=(-Xlog:disable "-XX:AOTCache=$lib/revproc/revproc.aot")
  else
    # Few malloc arenas: the native memory of many threads is small, and arenas keep what was freed.
    export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2}
    options=("${java_service_opts[@]}" -XX:+ExitOnOutOfMemoryError)
    [ ! -s "$lib/$program/$program.aot" ] || options+=("-XX:AOTCache=$lib/$program/$program.aot" "${java_cache_opts[@]}")
    read -r -d '' -a own <<<"${JAVA_OPTS:-}" || :
  fi
  exec "$lib/../runtime/bin/java" "${options[@]}" ${own[@]+"${own[@]}"} -jar "$lib/$program/app/$program.jar" "$@"
}
