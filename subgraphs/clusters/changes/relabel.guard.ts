import type { Grant } from '../../../access/model/permission.js';
import { Rights } from '../../../access/model/rights.js';
import { coversCluster } from '../../../access/model/scope.js';
import type { TargetCluster } from '../../../access/model/target.js';
import type { Verb } from '../../../access/model/verb.js';
import { readRights } from '../../../access/store/grants.js';
import { readGrantors } from '../../../access/store/grantors.js';
import { readSelectorGrants } from '../../../access/store/selector-grants.js';
import type { Actor } from '../../../kernel/actor.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import { ProblemError } from '../../../kernel/result.js';
import { forbidden } from '../../runtime/access/forbidden.js';

/** The token scope of the platform's operator: verbs that need it allow nothing without it. */
const OPERATOR_SCOPE = 'fleet:admin';

/** New labels of a cluster, and the caller that sets them. */
export interface Relabelling {
  readonly actor: Actor;
  /** With the labels that it has. */
  readonly cluster: TargetCluster;
  readonly labels: Readonly<Record<string, string>>;
  readonly at: Date;
}

/**
 * Rejects with FORBIDDEN new labels by which permissions with a selector begin or cease to reach the cluster, unless the
 * caller could grant or revoke them there: labels would otherwise be a way to grant permissions without having them.
 */
export async function guardRelabelling(
  tx: Transaction,
  { actor, cluster, labels, at }: Relabelling,
): Promise<void> {
  const grants = await readSelectorGrants(tx, actor.account, at);
  const needed = verbsFor(grants, cluster, labels);
  if (needed.length === 0) return;
  const { rights } = await readRights(tx, actor);
  const delegable = new Rights(rights.grants, [...(actor.scopes ?? []), OPERATOR_SCOPE]);
  const missing = needed.find((verb) => !delegable.contains(verb, { clusterId: cluster.id }, at, cluster));
  if (missing === undefined) return;
  const target = { cluster };
  const reason = `The labels decide which permissions reach the cluster ${cluster.id}; to change that, you need the permission ${missing} there.`;
  const grantors = (await readGrantors(tx, actor.account)).on(target, at);
  throw new ProblemError([forbidden({ verb: missing, target, reason, path: ['input', 'labels'] }, grantors)]);
}

/** The verbs that are needed to change by hand what the labels would change. */
function verbsFor(grants: readonly Grant[], cluster: TargetCluster, labels: TargetCluster['labels']): Verb[] {
  const needed = new Set<Verb>();
  for (const { scope, effect, verbs } of grants) {
    const reaches = coversCluster(scope, { ...cluster, labels });
    if (reaches === coversCluster(scope, cluster)) continue;
    const takesAway = reaches === (effect === 'DENY');
    for (const verb of takesAway
      ? (['permissions.revoke'] as const)
      : (['permissions.grant', ...verbs] as const))
      needed.add(verb as Verb);
  }
  return [...needed];
}
