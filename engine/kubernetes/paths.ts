import { KubernetesStatusError } from './kubernetes-error.js';

/** A resource of the Kubernetes API, e.g. `{ apiVersion: 'apps/v1', resource: 'deployments' }`. */
export interface ServedKind {
  readonly apiVersion: string;
  readonly resource: string;
}

/** Path of a group and version, e.g. `/apis/apps/v1`. Throws KubernetesStatusError 400 when it is malformed. */
export function versionPath(apiVersion: string): string {
  if (!/^([a-z0-9.-]{1,253}\/)?v[a-z0-9]{1,20}$/.test(apiVersion) || apiVersion.includes('..')) {
    throw new KubernetesStatusError(400, 'BadRequest', `"${apiVersion}" is not a group and version.`);
  }
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Path of the list of one namespace, or of all namespaces. Throws as `segment` and `versionPath` do. */
export function listPath({ apiVersion, resource }: ServedKind, namespace?: string): string {
  const base = versionPath(apiVersion);
  return namespace === undefined
    ? `${base}/${resource}`
    : `${base}/namespaces/${segment(namespace)}/${resource}`;
}

/** Path of one object. Throws as `segment` and `versionPath` do. */
export function objectPath(kind: ServedKind, namespace: string | undefined, name: string): string {
  return `${listPath(kind, namespace)}/${segment(name)}`;
}

/**
 * A name as a segment of a path. Throws KubernetesStatusError 400 for names that would change the path; the API server
 * accepts none of them for any object.
 */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/%]/.test(name)) {
    throw new KubernetesStatusError(400, 'BadRequest', `"${name}" is not a name of an object.`);
  }
  return encodeURIComponent(name);
}
