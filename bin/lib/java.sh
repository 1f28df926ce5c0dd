# Sourced by the other scripts: finds a JDK 25 and puts its java command into JAVA25 and its directory into JAVA25_HOME.
# Where none is found, one line says what to install. Checked without starting a JVM: every JDK has a file "release".

java25_usable() {
  [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  case "$(grep -m1 '^JAVA_VERSION=' "$1/release" 2>/dev/null)" in
    'JAVA_VERSION="25'*) JAVA25_HOME=$1 JAVA25=$1/bin/java ;;
    *) return 1 ;;
  esac
}

java25_find() {
  [ -n "${JAVA25:-}" ] && [ -x "$JAVA25" ] && return 0
  java25_usable "${JAVA_HOME:-}" && return 0
  local java home
  java=$(command -v java 2>/dev/null) && java=$(readlink -f "$java" 2>/dev/null) && java25_usable "${java%/bin/java}" && return 0
  for home in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*; do
    java25_usable "$home" && return 0
  done
  echo "${0##*/}: a JDK 25 is needed and none was found; install one (Debian: apt-get install openjdk-25-jdk or temurin-25-jdk) or set JAVA_HOME" >&2
  return 1
}
