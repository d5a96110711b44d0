#!/bin/sh
# Applies an overlay once every service has said that it can use its configuration; else nothing is stopped.
# usage: sh deploy/kubernetes/apply.sh deploy/kubernetes/overlays/paper
set -eu
overlay=${1:?name an overlay, such as deploy/kubernetes/overlays/paper}
namespace=$(sed -n 's/^namespace: *//p' "$overlay/kustomization.yaml")
kubectl apply -f "$overlay/namespace.yaml"
kubectl -n "$namespace" delete job check --ignore-not-found --wait
# Settings are config maps with a name of their own for each content: those that run keep theirs.
kubectl apply -k "$overlay" -l algo/runs=check
tries=0 ended=''
while [ -z "$ended" ]; do
  ended=$(kubectl -n "$namespace" get job check -o 'jsonpath={.status.conditions[?(@.status=="True")].type}')
  tries=$((tries + 1))
  [ "$tries" -le "${CHECK_TRIES:-150}" ] || ended='no end'
  [ -n "$ended" ] || sleep 2
done
kubectl -n "$namespace" logs job/check || true
case $ended in
  *Complete*) exec kubectl apply -k "$overlay" ;;
  *)
    echo "The configuration was not applied ($ended): what runs was left as it is." >&2
    exit 78
    ;;
esac
