#!/bin/bash
# Compares dlint with other linters in one run, on one machine:
#
#     benches/peers.sh DLINT FOLDER [HADOLINT] [TALLY]
#
# DLINT is the program to measure, FOLDER a tree with about a thousand Dockerfiles, the others are
# the programs to compare with, `-` or nothing to leave one out. Needs hyperfine and python3.
#
# Prints, for each program, the time from start to end on one small Dockerfile, the time for the
# whole folder and the peak memory of both, and how often dlint's value goes into it.
set -euo pipefail

dlint=$(realpath "$1")
folder=$(realpath "$2")
hadolint=${3:--}
tally=${4:--}
[ "$hadolint" = - ] || hadolint=$(realpath "$hadolint")
[ "$tally" = - ] || tally=$(realpath "$tally")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >Dockerfile <<'EOF'
FROM python:3.12 AS build
WORKDIR /src
RUN apt-get update && apt-get install -y curl git
COPY . .
RUN pip install -r requirements.txt
FROM python:latest
COPY --from=build /src /app
ENV MODE=production
CMD python /app/main.py
EOF
mkdir all
number=0
while IFS= read -r -d '' file; do
    number=$((number + 1))
    cp "$file" "all/$number.Dockerfile"
done < <(find "$folder" -type f \( -iname 'dockerfile*' -o -iname '*.dockerfile' \) -print0 | sort -z)
echo "$number files, $(cat all/* | wc -c) bytes; $(nproc) processors"

# The command of a program for some paths.
words() {
    case $1 in
        dlint) echo "$dlint --isolated" ;;
        hadolint) echo "$hadolint --no-fail" ;;
        tally) echo "$tally lint --slow-checks=off --no-config" ;;
    esac
}

programs="dlint"
[ "$hadolint" = - ] || programs+=" hadolint"
[ "$tally" = - ] || programs+=" tally"

# Peak memory in KiB of a command.
peak() {
    python3 - "$@" <<'EOF'
import resource, subprocess, sys
null = subprocess.DEVNULL
subprocess.run(sys.argv[1:], stdout=null, stderr=null)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
EOF
}

for program in $programs; do
    command=$(words "$program")
    hyperfine -N --warmup 5 --min-runs 30 --ignore-failure --export-json "cold.$program" \
        "$command Dockerfile" >/dev/null 2>&1
    paths=$(printf ' all/%s.Dockerfile' $(seq "$number"))
    hyperfine -N --warmup 1 --runs "${RUNS:-5}" --ignore-failure --export-json "all.$program" \
        "$command$paths" >/dev/null 2>&1
    peak $command Dockerfile >"peak.$program"
    peak $command $paths >"peaks.$program"
done

python3 - $programs <<'EOF'
import json, sys

def time(name):
    return json.load(open(name))["results"][0]["median"] * 1000

def memory(name):
    return int(open(name).read()) / 1024

measures = [
    ("one file, ms", lambda p: time(f"cold.{p}")),
    ("folder, ms", lambda p: time(f"all.{p}")),
    ("peak, one file, MiB", lambda p: memory(f"peak.{p}")),
    ("peak, folder, MiB", lambda p: memory(f"peaks.{p}")),
]
programs = sys.argv[1:]
print(f"{'':22}" + "".join(f"{p:>20}" for p in programs))
for name, measure in measures:
    values = [measure(p) for p in programs]
    cells = [f"{v:.1f} ({v / values[0]:.1f}x)" for v in values]
    print(f"{name:22}" + "".join(f"{c:>20}" for c in cells))
EOF
