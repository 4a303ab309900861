/** Path of a collection in a namespace, such as `v1 configmaps` or `apps/v1 deployments`. */
function collection(version: string, namespace: string, plural: string): string {
  const root = version.includes('/') ? '/apis' : '/api';
  return `${root}/${version}/namespaces/${namespace}/${plural}`;
}

/** Paths of the collections that many cases use. */
export const configMapsOf = (namespace: string) => collection('v1', namespace, 'configmaps');
export const podsOf = (namespace: string) => collection('v1', namespace, 'pods');
export const servicesOf = (namespace: string) => collection('v1', namespace, 'services');
export const deploymentsOf = (namespace: string) => collection('apps/v1', namespace, 'deployments');
export const appsOf = (namespace: string, plural: string) => collection('apps/v1', namespace, plural);
