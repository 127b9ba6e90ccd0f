#!/bin/sh
# Copies all that focust-video keeps into a directory, while the server runs. Run it as root, as often as you like: what
# is there already is not copied again. Needs sqlite3 and rsync.
#
#   backup.sh BACKUP_DIRECTORY
#
#   FOCUST_DATA_DIR   what is copied (/var/lib/focust-video)
#
# The keys of the lessons are in the copy: keep it as you keep the server itself. Settings and secrets are not in it.
set -eu
umask 077
data=${FOCUST_DATA_DIR:-/var/lib/focust-video}
backup=${1:?usage: backup.sh BACKUP_DIRECTORY}
case $backup in *\'*) echo 'backup: no quote in the name, please' >&2; exit 2 ;; esac
for name in uploads hls originals presentation_videos state; do
    [ ! -L "$data/$name" ] || { echo "backup: $data/$name is a link; root would copy what it names" >&2; exit 1; }
done
left_out=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# copy PATH: answers a line for each change. The names left out are the server's workshop. 24 means that a file went
# away meanwhile, which is as it should be: uploads do when they are converted, lessons when they are replaced.
copy() {
    status=0
    rsync -aH --modify-window=-1 --delete --itemize-changes --exclude='/.staging/' --exclude='/.renditions/' --exclude='/.trash/' \
        --exclude='/.aside/' --exclude='/.lock' --exclude='/.retired/' "$data/$1/" "$backup/$1/" 2> "$work/errors" || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 24 ] || { cat "$work/errors" >&2; exit "$status"; }
}

# settle LESSON: copies it until nothing changes: then it is one lesson, and not half of two.
settle() {
    tries=0
    while [ -d "$data/hls/$1" ]; do
        if [ "$(realpath -- "$data/hls/$1")" != "$(realpath -- "$data")/hls/$1" ]; then
            echo "backup: hls/$1 lies behind a link and is left out: root would copy what it names" >&2
            left_out=1
            return 0
        fi
        copy "hls/$1" > "$work/lesson"
        [ -s "$work/lesson" ] || [ -s "$work/errors" ] || return 0
        tries=$((tries + 1))
        [ "$tries" -lt 50 ] || { echo "backup: hls/$1 is replaced faster than it is copied" >&2; exit 1; }
    done
    rm -rf -- "${backup:?}/hls/$1"
}

# First the tasks, then the uploads, then what becomes of them: what was acknowledged before is in the copy as an upload,
# or else as a lesson.
mkdir -p -- "$backup/hls"
rm -f -- "$backup/focust.db.new"
sqlite3 -cmd '.timeout 10000' "$data/state/focust.db" "VACUUM INTO '$backup/focust.db.new'"
mv -f -- "$backup/focust.db.new" "$backup/focust.db"
copy uploads > /dev/null

# All lessons; then those again that were replaced meanwhile, each until it is whole.
copy hls > /dev/null
copy hls > "$work/changes"
{
    sed -n '/^\.d/d; s/^[^ ]* *//p' "$work/changes"
    sed -n "s,^file has vanished: \"$data/hls/\(.*\)\"\$,\1,p" "$work/errors"
} | sed 's,/\.v-.*,/,; s,/[^/]*$,,' | sort -u > "$work/lessons"
while IFS= read -r lesson; do settle "$lesson"; done < "$work/lessons"

# A replaced original may have another name: the second time finds it.
for name in originals originals presentation_videos; do copy "$name" > /dev/null; done
exit "$left_out"
