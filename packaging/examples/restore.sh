#!/bin/sh
# Puts a copy made by backup.sh into an empty data directory. Run it as root, with the server stopped. Ended too early,
# it is run again: the server does not start with half a copy.
#
#   restore.sh BACKUP_DIRECTORY
#
#   FOCUST_DATA_DIR   where to (/var/lib/focust-video); everything there gets the owner and group of this directory
#   FOCUST_UNITS      what must not run meanwhile (focust-video.socket focust-video.service focust-video-work.service)
set -eu
data=${FOCUST_DATA_DIR:-/var/lib/focust-video}
units=${FOCUST_UNITS:-focust-video.socket focust-video.service focust-video-work.service}
backup=${1:?usage: restore.sh BACKUP_DIRECTORY}
refuse() { echo "restore: $1" >&2; exit 2; }
[ -f "$backup/focust.db" ] || refuse "$backup is no copy: it has no focust.db"
[ -d "$data" ] || refuse "$data is missing"

# A server that still runs, even on a directory that was moved away, would write beside what is restored; its socket
# would start it again at the next request.
# shellcheck disable=SC2086 # several words
if command -v systemctl > /dev/null && systemctl is-active --quiet $units; then
    refuse "the server runs: systemctl stop $units"
fi
# Every process that works with the directory holds its lock, and none can begin to while this script has it.
exec 9< "$data"
flock -n 9 || refuse "somebody works with $data: stop the server, its socket and its worker first"

# The directory is the server's own: root would write where its links lead, and a mark that root did not make says
# nothing.
for name in uploads originals hls presentation_videos state; do
    [ ! -L "$data/$name" ] || refuse "$data/$name is a link"
done
marker=$data/.restoring
if [ -L "$marker" ] || [ ! -f "$marker" ] || [ "$(stat -c %u "$marker")" -ne "$(id -u)" ]; then
    [ -z "$(find "$data" -mindepth 1 ! -type d -print -quit)" ] || refuse "$data is not empty"
    (set -C && : > "$marker")
fi

owner=$(stat -c %u:%g "$data")
for name in uploads originals hls presentation_videos; do
    rsync -aH --delete --chown="$owner" "$backup/$name/" "$data/$name/"
done
# Versions that were replaced and were kept for who watched them then.
find "$data/hls" -type l -name .retired -printf '%h\0' | xargs -0 -r rm -rf --
install -d -m 700 -o "${owner%:*}" -g "${owner#*:}" "$data/state"
install -m 600 -o "${owner%:*}" -g "${owner#*:}" "$backup/focust.db" "$data/state/focust.db"
sync -f "$data"
rm -f -- "$marker"
