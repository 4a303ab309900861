import type { Target } from '../../../access/model/target.js';
import type { Problem } from '../../../kernel/result.js';
import type { VerbName } from './access-rules.js';

/** Number of principals that a refusal names. */
const MAX_GRANTORS = 5;

/** What is refused. */
export interface Refusal {
  readonly verb: VerbName;
  /** A target that the actor sees. */
  readonly target: Target;
  /** What the target is, in words. Default: its scope. */
  readonly object?: string | undefined;
  /** Why, instead of the verb and the target in words. */
  readonly reason?: string;
  readonly path?: readonly string[] | undefined;
}

/** `FORBIDDEN`: the actor sees the target, but has no permission for the verb on it. `grantors` can grant it. */
export function forbidden(refusal: Refusal, grantors: readonly string[]): Problem {
  const { verb, target, object, reason, path } = refusal;
  const what = reason ?? `This needs the permission ${verb} on the ${object ?? scopeInWords(target)}.`;
  return {
    code: 'FORBIDDEN',
    message: `${what} ${remedy(grantors)}`,
    ...(path?.length && { path }),
    details: { verb, ...scopeOf(target), grantors: grantors.slice(0, MAX_GRANTORS) },
  };
}

function remedy(grantors: readonly string[]): string {
  if (grantors.length === 0) return 'No principal can grant it there.';
  const others = grantors.length > MAX_GRANTORS ? ' and others' : '';
  return `It can be granted by ${grantors.slice(0, MAX_GRANTORS).join(', ')}${others}.`;
}

function scopeOf({ cluster, regionId = cluster?.regionId, namespace }: Target) {
  return {
    regionId: regionId ?? null,
    // A cluster that is to be created has no id.
    clusterId: cluster?.id || null,
    namespace: namespace ?? null,
  };
}

function scopeInWords({ cluster, regionId = cluster?.regionId, namespace }: Target): string {
  if (namespace !== undefined) return `namespace ${namespace} of the cluster ${cluster?.id}`;
  if (cluster && cluster.id !== '') return `cluster ${cluster.id}`;
  return regionId === undefined ? 'account' : `region ${regionId}`;
}
