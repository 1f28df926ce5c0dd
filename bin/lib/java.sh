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
  for home in /usr/lib/jvm/*25* /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* \
    "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*; do
    java25_usable "$home" && return 0
  done
  java=$(command -v java 2>/dev/null) && java=$(readlink -f "$java" 2>/dev/null) && java25_usable "${java%/bin/java}" && return 0
  echo "${0##*/}: a JDK 25 is needed and none was found; install one (Debian: apt-get install openjdk-25-jdk or temurin-25-jdk) or set JAVA_HOME" >&2
  return 1
}

# What the services run with: a small serial heap (what lives long is small, the rest dies young), Netty's native parts. Reflection
# calls natively (JEP 416): a start calls most of what it finds so once, and method handles for that would have to be compiled.
JAVA_SERVICE_OPTS="-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -Xms64m -Xmn24m -Xss512k -Djdk.reflect.useNativeAccessorOnly=true \
--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"

# The cache is mapped where it was made for: moving it elsewhere, the default, changes and so loads all of its pages.
JAVA_CACHE_OPTS="-XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 -Xlog:aot=off -Xlog:cds=off"

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

# boot_run MODULE ARGS...: becomes the service of that module, started from its unpacked jar with an ahead-of-time cache. Both are made
# when the jar is newer than they are (--prepare does just that); without a place to write to, the jar is started as it is. JAVA_OPTS
# adds options.
boot_run() {
  local module=$1 home jar run cache
  shift
  home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  jar=$home/$module/target/$module.jar
  run=$home/$module/target/run
  cache=$run/$module.aot
  java25_find || exit 1
  # Few malloc arenas: the native memory of many threads is small, and arenas keep what was freed.
  export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2}
  if [ ! -f "$jar" ]; then
    echo "${0##*/}: $jar is missing; build it: mvn -q package -DskipTests -pl $module" >&2
    exit 1
  fi
  case " $* " in *" --help "* | *" --version "*) exec "$JAVA25" -jar "$jar" "$@" ;; esac
  # By the change time: a reproducible build sets the modification time of its jar back.
  if [ ! -f "$cache" ] || [ -n "$(find "$jar" -cnewer "$cache")" ]; then
    boot_prepare "$module" "$jar" "$run" "$cache" || [ "${1:-}" = --prepare ] || exec "$JAVA25" $JAVA_SERVICE_OPTS ${JAVA_OPTS:-} -jar "$jar" "$@"
  fi
  [ "${1:-}" = --prepare ] && return 0
  exec "$JAVA25" -XX:AOTCache="$cache" $JAVA_CACHE_OPTS $JAVA_SERVICE_OPTS ${JAVA_OPTS:-} -jar "$run/app/$module.jar" "$@"
}

# Unpacks the jar and makes the cache by a start that ends when the application is ready. In a folder of its own until it is whole, so
# that two first starts do not meet half of it. That start must be noticed by nobody: the program itself listens only on free loopback
# ports then and dials nobody, and nothing of the user's environment reaches it, such as a debugger's port or another configuration.
boot_prepare() {
  local module=$1 jar=$2 run=$3 cache=$4 made
  made=$(mktemp -d "$run.XXXXXX" 2>/dev/null) || return 1
  echo "${0##*/}: preparing a quick start, this once" >&2
  if (cd "$made" && "$JAVA25" -Djarmode=tools -jar "$jar" extract --destination app >/dev/null 2>&1); then
    rm -rf "$run.old" && { [ ! -e "$run" ] || mv "$run" "$run.old"; } && mv "$made" "$run" && rm -rf "$run.old"
    local opts
    mapfile -t opts < <(trial_opts)
    local record=()
    [ "$module" = revproc-service ] && record=(--revproc.audit.directory="$run/trial/record")
    mkdir -p "$run/trial"
    (cd "$run" && env -i PATH="${PATH:-}" HOME="$run/trial" LC_ALL=C.UTF-8 MALLOC_ARENA_MAX="$MALLOC_ARENA_MAX" \
      "$JAVA25" -XX:AOTCacheOutput="$cache.new" $JAVA_SERVICE_OPTS "${opts[@]}" -XX:-UsePerfData \
      -Djava.io.tmpdir="$run/trial" -Dtrial.start=true -jar "app/$module.jar" "${record[@]}" >"$run/prepare.log" 2>&1)
    rm -rf "$run/trial"
    touch "$cache.new" && mv "$cache.new" "$cache" && return 0
  fi
  rm -rf "$made"
  return 1
}
