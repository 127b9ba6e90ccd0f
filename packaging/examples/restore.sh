#!/bin/sh
# Puts a copy made by backup.sh into an empty data directory. Run it as root, with the server stopped.
#
#   restore.sh BACKUP_DIRECTORY
#
#   FOCUST_DATA_DIR   where to (/var/lib/focust-video); everything there gets the owner and group of this directory
set -eu
data=${FOCUST_DATA_DIR:-/var/lib/focust-video}
backup=${1:?usage: restore.sh BACKUP_DIRECTORY}
[ -f "$backup/focust.db" ] || { echo "restore: $backup is no copy: it has no focust.db" >&2; exit 2; }
[ -d "$data" ] || { echo "restore: $data is missing" >&2; exit 2; }
# Links count too: root would write where they lead.
[ -z "$(find "$data" -mindepth 1 ! -type d -print -quit)" ] || { echo "restore: $data is not empty" >&2; exit 2; }

owner=$(stat -c %u:%g "$data")
for name in uploads originals hls presentation_videos; do
    rsync -aH --chown="$owner" "$backup/$name/" "$data/$name/"
done
# Versions that were replaced and were kept for who watched them then.
find "$data/hls" -type l -name .retired -printf '%h\0' | xargs -0 -r rm -rf --
install -d -m 700 -o "${owner%:*}" -g "${owner#*:}" "$data/state"
install -m 600 -o "${owner%:*}" -g "${owner#*:}" "$backup/focust.db" "$data/state/focust.db"
