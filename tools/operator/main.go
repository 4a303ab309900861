// The module exists to build the operator sigs.k8s.io/controller-runtime/examples/crd; scripts/third-party.mjs builds it.
package main

func main() {}
