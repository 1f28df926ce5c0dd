# shellcheck shell=bash disable=SC2034
# Sourced by the other scripts: finds a JDK 25 and puts its java command into JAVA25 and its directory into JAVA25_HOME.
# Where none is found, one line says what to install. No process is started for it: every JDK has a file "release".

java25_usable() {
  [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  local release=
  read -r -d '' release <"$1/release" || :
  case $release in
    *'JAVA_VERSION="25'*) JAVA25_HOME=$1 JAVA25=$1/bin/java ;;
    *) return 1 ;;
  esac
}

java25_find() {
  [ -n "${JAVA25:-}" ] && [ -x "$JAVA25" ] && JAVA25_HOME=${JAVA25%/bin/java} && return 0
  java25_usable "${JAVA_HOME:-}" && return 0
  local home java
  for home in /usr/lib/jvm/*25* /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "${HOME:-}"/.sdkman/candidates/java/* \
    "${HOME:-}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*; do
    java25_usable "$home" && return 0
  done
  java=$(command -v java 2>/dev/null) && java=$(readlink -f "$java" 2>/dev/null) && java25_usable "${java%/bin/java}" && return 0
  echo "${0##*/}: a JDK 25 is needed and none was found; install one (Debian: apt-get install openjdk-25-jdk or temurin-25-jdk) or set JAVA_HOME" >&2
  return 1
}

# What the services run with: a small serial heap (what lives long is small, the rest dies young), native memory that was freed
# given back, Netty's native parts.
java_service_opts=(-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -Xms64m -Xmn24m -Xss512k -XX:TrimNativeHeapInterval=5000
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)

# What is wrong with a cache is nobody's concern: the start goes on without it.
java_cache_opts=(-Xlog:aot=off -Xlog:cds=off)

# cli_opts ARGS…: puts what the command line runs with into options, and sets the character set. Arguments are read by the locale's,
# and a payload may hold any character.
cli_opts() {
  local tty=0 watched=0
  case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
    *[Uu][Tt][Ff]*8*) ;;
    *) export LC_ALL=C.UTF-8 ;;
  esac
  if [ -t 1 ]; then tty=1; elif [ -p /dev/fd/1 ]; then tty=p; fi
  [ -t 2 ] && watched=1
  options=(-XX:+UseSerialGC -XX:-UsePerfData -XX:TieredStopAtLevel=1 "-Drevproc.tty=$tty$watched")
  case ${1:-} in
    audit | bench | server | witness) options[2]=-XX:+TieredCompilation ;;
  esac
}

# What the trial start compiled, and how, is in the cache, and the next start does the same. Code of the quick compiler that counts
# nothing is the best for what a start runs through: the compilers would else take as long as the start itself. It also stays
# as it is, so what a message runs through must not be taken for such: the trial leaves it out, and the optimizing compiler gets it.
trial_opts() {
  local each
  printf '%s\n' -XX:TieredStopAtLevel=1 -XX:CompileCommand=quiet
  for each in 'io.netty.*' 'io.revproc.*' 'java.nio.*' 'sun.nio.*' 'java.lang.invoke.*' 'java.util.concurrent.atomic.*' \
    'java.util.concurrent.locks.*' 'java.util.ArrayDeque*' 'java.util.Arrays' 'java.util.IdentityHashMap*' 'java.util.LinkedHash*' \
    'java.util.Objects' 'jdk.internal.misc.*' 'jdk.internal.util.ArraysSupport' 'sun.misc.*' 'java.security.*' 'javax.crypto.*' \
    'sun.security.*' 'com.sun.crypto.*'; do
    echo "-XX:CompileCommand=exclude,$each::*"
  done
}

# guard CLEAN: from here to unguard, whatever ends this script (Ctrl-C, SIGTERM, SIGHUP) first ends what held runs, then calls CLEAN.
guard() {
  held_pid=
  guard_clean=$1
  trap 'guard_end 130' INT
  trap 'guard_end 143' TERM
  trap 'guard_end 129' HUP
}

unguard() {
  trap - INT TERM HUP
}

guard_end() {
  trap '' INT TERM HUP
  if [ -n "$held_pid" ]; then
    { kill -KILL -- "-$held_pid" || kill -KILL "$held_pid" || :; wait "$held_pid" || :; } 2>/dev/null
  fi
  "$guard_clean"
  exit "$1"
}

# held FOLDER COMMAND…: runs a command in that folder, with nothing to read, and returns its exit code. In a session of its own where
# there is setsid, so that the processes that it starts can be ended with it.
held() {
  local folder=$1 alone=() code=0
  shift
  command -v setsid >/dev/null 2>&1 && alone=(setsid)
  (cd "$folder" && exec ${alone[@]+"${alone[@]}"} "$@") </dev/null &
  held_pid=$!
  wait "$held_pid" || code=$?
  held_pid=
  return "$code"
}

# boot_run MODULE ARGS...: becomes the service of that module, started from its unpacked jar with an ahead-of-time cache. Where there is
# none of this jar, the jar is started as it is, and the cache is made meanwhile for the next start (--prepare makes it and starts
# nothing; REVPROC_AOT=off never makes or uses it). JAVA_OPTS adds options.
boot_run() {
  local module=$1 home jar run cache files own=()
  shift
  read -r -d '' -a own <<<"${JAVA_OPTS:-}" || :
  home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  jar=$home/$module/target/$module.jar
  run=$home/$module/target/run
  cache=$run/$module.aot
  java25_find || exit 1
  # Few malloc arenas: the native memory of many threads is small, and arenas keep what was freed.
  export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2}
  if [ ! -f "$jar" ]; then
    echo "${0##*/}: $jar is missing; build it: mvn -q -Pquick package -am -pl $module" >&2
    exit 1
  fi
  case " $* " in *" --help "* | *" --help-all "* | *" --version "*) exec "$JAVA25" -jar "$jar" "$@" ;; esac
  [ "${REVPROC_AOT:-on}" = off ] && [ "${1:-}" != --prepare ] &&
    exec "$JAVA25" "${java_service_opts[@]}" ${own[@]+"${own[@]}"} -jar "$jar" "$@"
  # The unpacked libraries are a descriptor each. The JVM itself raises the soft limit to the hard one.
  files=$(ulimit -Hn)
  if [ "$files" != unlimited ] && [ "$files" -lt 256 ]; then
    echo "${0##*/}: starts slowly, without its cache: the cache needs 256 open files, and the limit is $files (ulimit -n)" >&2
    [ "${1:-}" = --prepare ] && return 0
    exec "$JAVA25" "${java_service_opts[@]}" ${own[@]+"${own[@]}"} -jar "$jar" "$@"
  fi
  # By the change time: a reproducible build sets the modification time of its jar back.
  if [ ! -f "$cache" ] || [ -n "$(find "$jar" -cnewer "$cache")" ]; then
    if [ "${1:-}" = --prepare ]; then
      boot_prepare "$module" "$jar" "$run" || :
      return 0
    fi
    boot_prepare_behind "$home/bin/$module" "$run"
    exec "$JAVA25" "${java_service_opts[@]}" ${own[@]+"${own[@]}"} -jar "$jar" "$@"
  fi
  [ "${1:-}" = --prepare ] && return 0
  [ -s "$cache" ] || exec "$JAVA25" "${java_service_opts[@]}" ${own[@]+"${own[@]}"} -jar "$run/app/$module.jar" "$@"
  exec "$JAVA25" -XX:AOTCache="$cache" "${java_cache_opts[@]}" "${java_service_opts[@]}" ${own[@]+"${own[@]}"} -jar "$run/app/$module.jar" "$@"
}

# boot_prepare_behind SCRIPT RUN: has the cache made by a process that nobody waits for and that gives way to all others.
boot_prepare_behind() {
  local made pid
  [ -w "${2%/*}" ] || return 0
  for made in "$2".*.*; do
    pid=${made#"$2".}
    [ -d "$made" ] && kill -0 "${pid%%.*}" 2>/dev/null && return 0
  done
  echo "${0##*/}: starts without a cache this time; a background process makes one for later starts (REVPROC_AOT=off: no cache)" >&2
  # In a shell of its own, so that it is no child of the service that this process becomes.
  (nice -n 19 "$1" --prepare </dev/null >/dev/null 2>&1 &)
}

# Unpacks the jar and makes the cache by a start that ends when the application is ready. In a folder of its own until it is whole, so
# that two first starts do not meet half of it, and one that is ended leaves nothing. That start must be noticed by nobody: the program
# itself listens only on free loopback ports then and dials nobody, and nothing of the user's environment reaches it, such as a
# debugger's port or another configuration.
boot_prepare() {
  local module=$1 jar=$2 run=$3 made='' opts record=() code=0
  boot_sweep "$run"
  guard boot_clean
  made=$(mktemp -d "$run.$$.XXXXXX" 2>/dev/null) || { unguard; return 1; }
  echo "${0##*/}: making a cache for quicker starts, only this once" >&2
  if held "$made" "$JAVA25" -Djarmode=tools -jar "$jar" extract --destination app >/dev/null 2>&1; then
    mapfile -t opts < <(trial_opts)
    [ "$module" = revproc-service ] && record=(--revproc.audit.directory="$made/trial/record")
    mkdir "$made/trial"
    held "$made" env -i PATH="${PATH:-}" HOME="$made/trial" LC_ALL=C.UTF-8 MALLOC_ARENA_MAX="$MALLOC_ARENA_MAX" \
      "$JAVA25" -XX:AOTCacheOutput="$made/$module.aot" "${java_service_opts[@]}" "${opts[@]}" -XX:-UsePerfData \
      -Djava.io.tmpdir="$made/trial" -Dtrial.start=true -jar "app/$module.jar" "${record[@]}" >"$made/prepare.log" 2>&1 || code=$?
    rm -rf "$made/trial"
    # An empty cache says that there is none to be had of this jar: not every start is to try again.
    if [ "$code" != 0 ] || [ ! -e "$made/$module.aot" ]; then
      echo "${0##*/}: the cache for quicker starts could not be made; $run/prepare.log says why" >&2
      : >"$made/$module.aot"
    fi
    rm -rf "$run.old" && { [ ! -e "$run" ] || mv "$run" "$run.old"; } && mv "$made" "$run" && rm -rf "$run.old" &&
      unguard && return 0
  fi
  boot_clean
  unguard
  return 1
}

boot_clean() {
  [ -z "$made" ] || rm -rf "$made"
}

# Removes what preparations have left that were killed. A folder's name has the process id of the script that made it.
boot_sweep() {
  local left pid
  for left in "$1".*; do
    [ "$left" != "$1.old" ] || continue
    pid=${left#"$1".}
    kill -0 "${pid%%.*}" 2>/dev/null || rm -rf "$left"
  done
}
