# shellcheck shell=bash disable=SC2154
# Sourced by the other scripts, after $root was set: builds the programs whose jars are missing or older than their sources.

maven_find() {
  command -v mvn >/dev/null 2>&1 && return 0
  echo "${0##*/}: Maven is needed and was not found; install it (Debian: apt-get install maven)" >&2
  return 1
}

# Maven runs on whatever Java it finds and compiles with a JDK 25. Where it runs on one itself, its own libraries would warn.
maven_quiet() {
  local java home=${JAVA_HOME:-}
  if [ -z "$home" ]; then
    java=$(command -v java 2>/dev/null) && java=$(readlink -f "$java") && home=${java%/bin/java}
  fi
  if [ -n "$home" ] && java25_usable "$home"; then
    export MAVEN_OPTS="${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
  fi
}

# Whether the module's jar is there and nothing it is made of is newer. The repackaged jars carry the build's fixed time, so
# the jar they were made from is what is looked at.
built() {
  local module=$1 made
  [ -r "$root/$module/target/$module.jar" ] || return 1
  for made in "$root/$module/target/$module.jar.original" "$root/$module/target/original-$module.jar"; do
    [ -r "$made" ] && [ -z "$(find "$root/pom.xml" "$root/wire/src/main" "$root/transport/src/main" "$root/start/src/main" "$root/proxy/src/main" "$root/record/src/main" "$root/revproc-client/src/main" "$root/$module/pom.xml" "$root/$module/src/main" \
      -newer "$made" -print -quit)" ] && return 0
  done
  return 1
}

# build MODULE…: builds those that are not built. build_also names a file below target that has to be there as well, and build_args
# what Maven needs to make it.
build() {
  local module missing=
  for module in "$@"; do
    built "$module" && [ -r "$root/$module/target/${build_also:-.}" ] || missing=$missing,$module
  done
  [ -z "$missing" ] && return 0
  maven_find || return 1
  # Where Maven itself runs on a JDK 25, what it starts runs on the java that the PATH has.
  local PATH=${JAVA25_HOME:+$JAVA25_HOME/bin:}$PATH
  maven_quiet
  echo "Building ${missing#,} (the first time Maven fetches the libraries, which may take some minutes) …"
  (cd "$root" && mvn -q -B -Pquick ${build_args:+"$build_args"} -pl "${missing#,}" package) || {
    echo "${0##*/}: the build failed; the lines above say why" >&2
    return 1
  }
}
