#!/usr/bin/env bash
# Everything that has to be measured on a GPU, in at most 8 minutes:
#
#     benchmarks/gpu.sh OUT            # OUT/figures.json and OUT/log, written after each part
#     benchmarks/gpu.sh OUT small      # the same parts with tiny sizes, on any machine: whether they run
#
# It needs this checkout and a Python with the packages of pyproject.toml; PYTHON names it. Parts that no time is left
# for are named and skipped. BUDGET sets the seconds.
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
out=${1:?usage: benchmarks/gpu.sh OUT [small]}
small=${2:-}
python=${PYTHON:-python3}
budget=${BUDGET:-470}
mkdir -p "$out"
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT
export PYTHONPATH="$PWD${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1 CLIPGEN_HOME="$parts/home"
failed=0

say() { printf '%s\n' "$*" | tee -a "$out/log"; }

collect() {
    "$python" - "$parts" "$out/figures.json" <<'PY'
import json, pathlib, sys
found = {path.stem: json.loads(path.read_text()) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json"))}
pathlib.Path(sys.argv[2]).write_text(json.dumps(found, indent=1) + "\n")
PY
}

# part NAME SECONDS COMMAND…: for at most so long, and no longer than the budget
part() {
    local name=$1 most=$2 left=$((budget - SECONDS)) began=$SECONDS rc=0
    shift 2
    if ((left < 15)); then
        say "== $name: skipped, no time left"
        return
    fi
    timeout --kill-after=5 "$((most < left ? most : left))" "$@" >>"$out/log" 2>&1 || rc=$?
    ((rc == 0)) || failed=1
    say "== $name: $((SECONDS - began)) s, status $rc (124: stopped)"
    collect
}

speed() { # NAME SECONDS OPTION…
    local name=$1 most=$2
    shift 2
    part "$name" "$most" "$python" benchmarks/speed.py --rounds 1 --json "$parts/$name.json" "${few[@]}" "$@"
}

few=()
if [[ $small ]]; then few=(--timed 1 --cutn 2); fi

: >"$out/log"
say "$("$python" -c 'import sys, torch; print(sys.version.split()[0], torch.__version__, torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU")')"
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader | tee -a "$out/log"

part tests 100 "$python" -m pytest -m gpu -n 0 -q -p no:cacheprovider -rA tests/test_gpu.py
if [[ $small ]]; then
    speed builtin 200 --workload builtin --size 64 --prompts 1 --course 3 --set steps=3
    speed batch 200 --workload batch --size 64 --course 3 --set steps=2 --batch 1 --batch 2
    speed cppn 100 --workload cppn --size 64
    part hot 200 "$python" benchmarks/hot.py --workload builtin --size 64 --cutn 2 --steps 1 --rows 5
    part scale 300 "$python" benchmarks/scale.py --small --perceptor reader --json "$parts/scale.json"
else
    speed full-256 60 --workload full
    speed full-512 60 --workload full --size 512
    part scale 90 "$python" benchmarks/scale.py --json "$parts/scale.json"
    speed full-1024 60 --workload full --size 1024 --timed 3
    speed full-512-vram-5G 45 --workload full --size 512 --set vram=5
    speed full-256-compile 100 --workload full --set compile=true
    speed builtin 60 --workload builtin --prompts 2
    speed batch 60 --workload batch --batch 1 --batch 2 --batch 4 --batch 8 --batch 16
    part hot 30 "$python" benchmarks/hot.py --workload full --size 512
    speed stylegan 45 --workload stylegan
    speed cppn 30 --workload cppn
    speed rank 30 --workload rank
fi
collect
say "== $SECONDS s in all; figures: $out/figures.json"
exit "$failed"
