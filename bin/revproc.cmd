@echo off
rem The command line of revproc on Windows: finds a JDK 25 and the jar, and starts it. REVPROC_JAVA names another java.exe.
setlocal enableextensions
set "root=%~dp0.."
set "jar=%root%\client-cli\target\client-cli.jar"
if not exist "%jar%" (
  echo revproc: not built yet; build it: mvn -q -Pquick -pl client-cli -am package 1>&2
  exit /b 2
)
set "java="
if defined REVPROC_JAVA set "java=%REVPROC_JAVA%"
if not defined java if defined JAVA_HOME call :usable "%JAVA_HOME%"
if not defined java for /d %%d in ("%ProgramFiles%\Java\jdk-25*" "%ProgramFiles%\Eclipse Adoptium\jdk-25*" "%ProgramFiles%\Microsoft\jdk-25*" "%ProgramFiles%\Zulu\zulu-25*") do if not defined java call :usable "%%~d"
if not defined java for %%j in (java.exe) do if not "%%~$PATH:j"=="" call :usable "%%~dp$PATH:j.."
if not defined java (
  echo revproc: a JDK 25 is needed and none was found; install one, or set JAVA_HOME 1>&2
  exit /b 2
)
"%java%" -XX:+UseSerialGC -XX:-UsePerfData -XX:TieredStopAtLevel=1 -Xshare:auto -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 -jar "%jar%" %*
exit /b %errorlevel%

rem Sets java if there is a JDK 25: every JDK has a file that says which it is.
:usable
if not exist "%~1\bin\java.exe" exit /b 1
findstr /b /r /c:"JAVA_VERSION=.25" "%~1\release" >nul 2>&1 && set "java=%~1\bin\java.exe"
exit /b 0
