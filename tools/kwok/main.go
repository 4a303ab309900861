// The module exists to build sigs.k8s.io/kwok/cmd/kwok, with whose kubelets `npm run bench -- kubelets` compares kubesim's.
package main

func main() {}
