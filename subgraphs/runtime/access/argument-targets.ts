import { decodeWorkloadId } from '../../../engine/kubernetes/workload-ref.js';
import type { Target } from '../../../access/model/target.js';
import { isRecord } from '../../../kernel/is-record.js';
import type { ArgumentAccess, ArgumentKind, Place } from './access-rules.js';
import { type IdKind, isIdKind } from './object-kinds.js';

/** What an argument names. */
export interface ArgumentTarget {
  /** Undefined: the id cannot be one. */
  readonly place: Place | undefined;
  /** The object that an id names; undefined for a place. */
  readonly object?: { readonly kind: IdKind; readonly id: string };
  readonly path: readonly string[];
}

type Arguments = Readonly<Record<string, unknown>>;

/** The targets that the arguments of a field name; the account if they name none. */
export function argumentTargets(access: ArgumentAccess, args: Arguments): ArgumentTarget[] {
  const named = namedTargets(access, args);
  return named.length > 0 ? named : [{ place: {}, path: [] }];
}

/** The targets that the arguments of a field name. */
export function namedTargets({ on }: ArgumentAccess, args: Arguments): ArgumentTarget[] {
  return Object.entries(on).flatMap(([kind, text]) => {
    const path = text.split('.');
    const value = path.reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), args);
    return value == null ? [] : targetsOf(kind as ArgumentKind, value, path);
  });
}

function targetsOf(kind: ArgumentKind, value: unknown, path: readonly string[]): ArgumentTarget[] {
  if (isIdKind(kind)) {
    const ids = (Array.isArray(value) ? value : [value]).map(String);
    return ids.map((id) => ({ place: placeOf(kind, id), object: { kind, id }, path }));
  }
  if (kind === 'NEW_CLUSTER') return [{ place: newCluster(value), path }];
  return [{ place: { regionId: String(value) }, path }];
}

function placeOf(kind: IdKind, id: string): Place | undefined {
  if (kind !== 'WORKLOAD') return { kind, id };
  const ref = decodeWorkloadId(id);
  return ref && { kind: 'CLUSTER', id: ref.clusterId, namespace: ref.namespace };
}

/** The cluster that an input would create: in its region and with its labels, but no cluster's id. */
function newCluster(input: unknown): Target {
  const { regionId, labels } = isRecord(input) ? input : {};
  const texts = Object.entries(isRecord(labels) ? labels : {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { cluster: { id: '', regionId: String(regionId), labels: Object.fromEntries(texts) } };
}
