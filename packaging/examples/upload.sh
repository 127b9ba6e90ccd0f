#!/bin/sh
# Uploads a film as the site's backend does, and waits for its conversion.
#   upload.sh https://video.example.com TRAINER/COURSE/MODULE/LESSON film.mp4 < file-with-the-api-key
# The file may be the server's own: of several keys (name:key,name:key) it takes the first.
set -eu
url=$1 rel=$2 film=$3
# The last line may have no end.
IFS= read -r key || [ -n "$key" ]
key=${key%%,*}
key=$(printf '%s' "${key#*:}" | tr -d '[:space:]')
old_ifs=$IFS
IFS=/
# shellcheck disable=SC2086 # split at the slashes
set -- $rel
IFS=$old_ifs
# The key stands in curl's configuration on standard input, where no list of processes shows it.
ask() { printf 'header = "Authorization: Bearer %s"\n' "$key" | curl -fsS -K - "$@"; }
answer=$(ask -F "trainer_id=$1" -F "course_id=$2" -F "module_id=$3" -F "lesson_id=$4" -F "video=@$film" "$url/upload/lesson")
task=$(printf '%s' "$answer" | sed -n 's/.*"task_id":"\([^"]*\)".*/\1/p')
while :; do
    status=$(ask "$url/api/tasks/$task" | sed -n 's/.*"status":"\([^"]*\)".*/\1/p')
    echo "$status"
    case $status in
        completed) exit 0 ;;
        failed | superseded) exit 1 ;;
    esac
    sleep 1
done
