// The module exists to build k8s.io/kubernetes/test/e2e as a test program; scripts/conformance/build-suite.mjs builds it.
package main

func main() {}
