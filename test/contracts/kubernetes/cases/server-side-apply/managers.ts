import type { ApiClient, Apply } from '../../api-client.js';
import { configMap } from '../../manifests.js';
import { configMapsOf } from '../../paths.js';

/** Two field managers. */
export const a = { manager: 'a' };
export const b = { manager: 'b' };

/** Applies a ConfigMap `map` of the data as the manager. */
export function applyMap(api: ApiClient, namespace: string, data: Record<string, string>, apply: Apply) {
  return api.apply(`${configMapsOf(namespace)}/map`, configMap('map', data), apply);
}
