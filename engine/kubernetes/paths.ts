import { KubernetesStatusError } from './kubernetes-error.js';

/** A kind of objects as the API serves it, e.g. `{ apiVersion: 'apps/v1', resource: 'deployments' }`. */
export interface ServedKind {
  readonly apiVersion: string;
  readonly resource: string;
}

/** Path of a group and version, e.g. `/apis/apps/v1`. Throws KubernetesStatusError 400 for what is none. */
export function versionPath(apiVersion: string): string {
  if (!/^([a-z0-9.-]{1,253}\/)?v[a-z0-9]{1,20}$/.test(apiVersion) || apiVersion.includes('..')) {
    throw new KubernetesStatusError(400, 'BadRequest', `"${apiVersion}" is no group and version.`);
  }
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Path of a list: of one namespace, or of all of them. Throws as `segment` and `versionPath` do. */
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
 * A name as a part of a path. Throws KubernetesStatusError 400 for names that would lead to another path: the API
 * server takes none of them for any object.
 */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/%]/.test(name)) {
    throw new KubernetesStatusError(400, 'BadRequest', `"${name}" is no name of an object.`);
  }
  return encodeURIComponent(name);
}
