#!/usr/bin/env bash
# A standalone Spark of one master and two workers on the loopback, to try `mrf run --engine spark` as on several machines.
#   deploy/spark/cluster.sh start FOLDER   starts it and prints the address for MRF_SPARK_MASTER
#   deploy/spark/cluster.sh stop FOLDER    ends it, by the process ids kept in FOLDER
# PYTHON is the interpreter that has pyspark (default: .venv/bin/python), PORT the master's (default: 7077).
set -euo pipefail
action=${1:?start or stop}
folder=${2:?a folder for process ids, logs and work}
python=${PYTHON:-"$(cd "$(dirname "$0")/../.." && pwd)/.venv/bin/python"}
port=${PORT:-7077}
master=spark://127.0.0.1:$port

stop() {
  for kept in "$folder"/*.pid; do
    [ -e "$kept" ] || continue
    kill "$(cat "$kept")" 2>/dev/null || true
    rm -f "$kept"
  done
}

launch() { # NAME CLASS ARGUMENT…
  local name=$1
  shift
  SPARK_LOCAL_IP=127.0.0.1 SPARK_WORKER_DIR="$folder/work" nohup "$spark_class" "$@" >"$folder/$name.log" 2>&1 &
  echo $! >"$folder/$name.pid"
}

if [ "$action" = stop ]; then
  stop
  exit 0
fi
spark_class=$("$python" -c 'import pyspark; print(pyspark.__path__[0])')/bin/spark-class
mkdir -p "$folder/work"
launch master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port "$port" --webui-port 0
for number in 1 2; do
  launch "worker$number" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --webui-port 0 --cores 1 --memory 1g "$master"
done
for _ in $(seq 60); do
  if [ "$(grep -c 'Registering worker' "$folder/master.log" 2>/dev/null)" = 2 ]; then
    echo "$master"
    exit 0
  fi
  sleep 1
done
echo "Spark has not started: see $folder/master.log" >&2
stop
exit 1
