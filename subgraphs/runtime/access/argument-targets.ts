import { decodeWorkloadId } from '../../../engine/kubernetes/workload-ref.js';
import type { Target } from '../../../access/model/target.js';
import { isRecord } from '../../../kernel/is-record.js';
import type { ArgumentAccess, ArgumentKind, Place, VerbName } from './access-rules.js';
import { type IdKind, isIdKind, readVerbOf } from './object-kinds.js';

/** What an argument names. */
export interface ArgumentTarget {
  /** Undefined: the id cannot be one. */
  readonly place: Place | undefined;
  /** The object that an id names; undefined for a place. */
  readonly object?: { readonly kind: IdKind; readonly id: string };
  /** The verb that is needed on it. Undefined: it must only be visible. */
  readonly verb: VerbName | undefined;
  readonly path: readonly string[];
}

type Arguments = Readonly<Record<string, unknown>>;

/** The targets that the arguments of a field name; the account if they name none for the verb. */
export function argumentTargets(access: ArgumentAccess, args: Arguments): ArgumentTarget[] {
  const named = namedTargets(access, args);
  const all = named.length > 0 ? named : [{ place: {}, verb: access.verb, path: [] }];
  return [...all, ...usedObjects(access, args)];
}

/** The targets that the arguments of a field name for the verb. */
export function namedTargets({ verb, on }: ArgumentAccess, args: Arguments): ArgumentTarget[] {
  return Object.entries(on).flatMap(([kind, text]) =>
    valuesAt(args, text).flatMap(({ value, path }) => targetOf(kind as ArgumentKind, value, { verb, path })),
  );
}

/** The verbs without any of which in the whole account the arguments have to be looked at. */
export function verbsOf({ verb, uses = {} }: ArgumentAccess): VerbName[] {
  return [verb, ...(Object.keys(uses) as IdKind[]).map(readVerbOf)];
}

function usedObjects({ uses = {} }: ArgumentAccess, args: Arguments): ArgumentTarget[] {
  return Object.entries(uses).flatMap(([kind, paths]) =>
    paths
      .flatMap((text) => valuesAt(args, text))
      .flatMap(({ value, path }) => targetOf(kind as ArgumentKind, value, { verb: undefined, path })),
  );
}

/** The values at a path such as `input.nodePools.id`, in each item of the lists on it. */
function valuesAt(args: Arguments, text: string): { readonly value: unknown; readonly path: string[] }[] {
  const items = (value: unknown, path: string[]) =>
    Array.isArray(value)
      ? value.map((item: unknown, index) => ({ value: item, path: [...path, String(index)] }))
      : [{ value, path }];
  const start: { value: unknown; path: string[] }[] = [{ value: args, path: [] }];
  return text
    .split('.')
    .reduce(
      (found, name) =>
        found.flatMap(({ value, path }) =>
          isRecord(value) && value[name] != null ? items(value[name], [...path, name]) : [],
        ),
      start,
    );
}

function targetOf(
  kind: ArgumentKind,
  value: unknown,
  { verb, path }: Pick<ArgumentTarget, 'verb' | 'path'>,
): ArgumentTarget[] {
  if (isIdKind(kind)) {
    const id = String(value);
    return [{ place: placeOf(kind, id), object: { kind, id }, verb, path }];
  }
  if (kind === 'NEW_CLUSTER') return [{ place: newCluster(value), verb, path }];
  return [{ place: { regionId: String(value) }, verb, path }];
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
