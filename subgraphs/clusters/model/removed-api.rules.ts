import type { KubernetesObject } from '../../../engine/kubernetes/client.js';
import type { RemovedApiEntry } from './release.rules.js';

/** Objects that were written with a removed API. */
export interface RemovedApiUse {
  readonly api: RemovedApiEntry;
  /** `namespace/name`, or the name alone. */
  readonly objects: readonly string[];
}

/** Result of scanning a cluster for uses of removed APIs. */
export type ScanResult =
  | {
      readonly kind: 'SCANNED';
      /** Uses of APIs that the upgrade would remove. */
      readonly ahead: readonly RemovedApiUse[];
      /** Uses of APIs that were removed before. */
      readonly past: readonly RemovedApiUse[];
    }
  /** UNREACHABLE: the API did not respond; NO_API: the platform has no API address. */
  | { readonly kind: 'UNREACHABLE' | 'NO_API'; readonly message: string };

/** Maximum number of objects that a message lists per API. */
const NAMED = 3;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The apiVersions that an object was written with, read from its field managers and from the manifest of the last
 * `kubectl apply`.
 */
export function apiVersionsOf(object: KubernetesObject): Set<string> {
  const { managedFields, annotations } = object.metadata ?? {};
  const managers = Array.isArray(managedFields) ? (managedFields as unknown[]) : [];
  const versions = [...managers, parsed(annotations?.[LAST_APPLIED])].map(apiVersionOf);
  return new Set(versions.filter((version) => version !== undefined));
}

export function nameOf({ metadata }: KubernetesObject): string {
  return [metadata?.namespace, metadata?.name].filter(Boolean).join('/');
}

/** `batch/v1beta1` */
export function apiVersionOfEntry({ group, version }: RemovedApiEntry): string {
  return `${group}/${version}`;
}

/** Describes the uses, e.g. `batch/v1beta1 CronJob (gone in 1.25, use batch/v1): a/x, a/y and 3 more.` */
export function describeRemovedApiUses(uses: readonly RemovedApiUse[]): string {
  return uses.map(describeRemovedApiUse).join(' ');
}

function describeRemovedApiUse({ api, objects }: RemovedApiUse): string {
  const instead = api.replacement === null ? 'without replacement' : `use ${api.replacement}`;
  const more = objects.length > NAMED ? ` and ${objects.length - NAMED} more` : '';
  const named = objects.slice(0, NAMED).join(', ');
  return `${apiVersionOfEntry(api)} ${api.kind} (gone in ${api.removedIn}, ${instead}): ${named}${more}.`;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // Users can write this annotation; invalid JSON is ignored.
    return undefined;
  }
}

function apiVersionOf(value: unknown): string | undefined {
  const { apiVersion } = (value ?? {}) as { apiVersion?: unknown };
  return typeof apiVersion === 'string' ? apiVersion : undefined;
}
