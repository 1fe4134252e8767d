"""Lint very many Dockerfiles with Spark.

    spark-submit examples/pyspark_lint.py INPUT OUTPUT [DLINT]

INPUT is JSON Lines with the columns `path` and `text`, OUTPUT a folder that Spark writes JSON Lines
to: a finding each. dlint has to be on the machines that do the work; one process of it lints a
whole partition (`dlint --stdin-json`), so nothing starts per file and memory is bounded.
"""

import json
import subprocess
import sys
import threading

from pyspark.sql import SparkSession


def lint(rows, program):
    """The findings of the Dockerfiles of a partition, as lines of JSON."""
    process = subprocess.Popen(
        [program, "--stdin-json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def feed():
        with process.stdin as lines:
            for row in rows:
                lines.write(json.dumps({"path": row["path"], "text": row["text"]}) + "\n")

    # Whoever writes everything before reading waits for ever once the pipe is full.
    feeder = threading.Thread(target=feed)
    feeder.start()
    for line in process.stdout:
        yield line.rstrip("\n")
    feeder.join()
    # 0: no findings that fail, 1: findings; anything else is trouble, and no result.
    if process.wait() not in (0, 1):
        raise RuntimeError(f"dlint ended with {process.returncode}")


def main(source, target, program="dlint"):
    spark = SparkSession.builder.appName("dlint").getOrCreate()
    files = spark.read.json(source, schema="path string, text string")
    findings = files.rdd.mapPartitions(lambda rows: lint(rows, program))
    schema = "file string, line int, column int, rule string, code string, level string, message string"
    table = spark.read.json(findings, schema=schema)
    table.write.mode("overwrite").json(target)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
