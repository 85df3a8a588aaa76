#!/usr/bin/env bash
# mutants.sh SOURCE BUILD: every planted bug is found.
exec "$1/tests/mutants/run.sh"
