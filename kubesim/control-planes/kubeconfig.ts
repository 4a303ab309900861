/** A kubeconfig (JSON, which is YAML) of a client certificate. */
export function kubeconfig(
  server: string,
  authority: string,
  { key, cert }: { readonly key: string; readonly cert: string },
): string {
  const data = (pem: string) => Buffer.from(pem).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster: { server, 'certificate-authority-data': data(authority) } }],
    users: [{ name: 'user', user: { 'client-certificate-data': data(cert), 'client-key-data': data(key) } }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
    'current-context': 'context',
  });
}
