// The module exists to build helm.sh/helm/v4/cmd/helm; scripts/third-party.mjs builds it.
package main

func main() {}
