#!/bin/sh
# Creates the namespace, unless it is there. Histories of closed workflows are kept for three days; the timelines of
# purchases are in our own database and stay.
set -eu

until temporal operator cluster health >/dev/null 2>&1; do sleep 1; done
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 72h
