#!/bin/sh
# Stands between the platform and one instance, as its parent, so that there is always somebody who
# learns how it ended: the platform may be away then.
#
#   shim FOLDER     the instance's folder: FOLDER/run becomes the instance, FOLDER/exit tells its end
#
# Standard output takes one line, the instance's pid; standard error is the instance's log.

# Caught, not ignored: what is ignored here would be ignored by the instance, too.
trap : HUP INT QUIT TERM
ROADSTEAD_MARK=$1
export ROADSTEAD_MARK
# The shell's own remarks ("Killed") are no lines of the instance.
exec 3>&2 2>/dev/null
(
  # The number of this subshell, which becomes the instance; $$ would be the shim's.
  { read -r shim_pid shim_rest </proc/self/stat; } 2>/dev/null || shim_pid=$(exec sh -c 'echo "$PPID"')
  printf '%s\n' "$shim_pid"
  . "$ROADSTEAD_MARK/run"
) 2>&3 3>&-
shim_code=$?
echo "$shim_code" >"$1/exit.new" && mv -f "$1/exit.new" "$1/exit"
exit "$shim_code"
