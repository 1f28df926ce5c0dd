#!/usr/bin/env bash
# Boots this machine's Debian with systemd where nothing of it can be changed: a copy on write of its files without JDK and without
# revproc, a network of its own. Prints the process id that nsenter needs; everything in it ends with this script.
set -euo pipefail
if [ "${1:-}" != inside ]; then
  exec unshare --mount --net --pid --cgroup --uts --ipc --fork --kill-child "$BASH" "$0" inside "$@"
fi
work=$2
mount --make-rprivate /
ip link set lo up
mount -t tmpfs work "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay root -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$work/root"
cd "$work/root"
read -r pid _ </proc/self/stat
mount -t proc proc proc
mount -t sysfs sys sys
mount -t cgroup2 cgroup sys/fs/cgroup
mount -t tmpfs run run
mount -t tmpfs dev dev
for each in null zero full random urandom tty; do
  touch "dev/$each"
  mount --bind "/dev/$each" "dev/$each"
done
mkdir dev/pts dev/shm
mount -t devpts devpts dev/pts -o newinstance,ptmxmode=0666
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
rm -rf usr/lib/jvm usr/lib/revproc var/lib/revproc etc/revproc root/.config
mount -t tmpfs -o mode=1777 tmp tmp
printf '#!/bin/sh\nexec "$@"\n' >usr/local/bin/sudo
chmod 755 usr/local/bin/sudo
mkdir -p mnt/machine
pivot_root . mnt/machine
cd /
echo "pid=$pid"
umount -l /mnt/machine
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=basic.target >/dev/null 2>&1
