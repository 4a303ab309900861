import type { Transaction } from '../../../kernel/postgres/database.js';
import { ProblemError } from '../../../kernel/result.js';
import type { ClusterRow } from '../store/cluster.store.js';
import { readImmutableFields } from '../store/immutable-fields.store.js';
import { immutableProblems, type ImmutableFields } from '../model/immutable.rules.js';
import type { AuthenticationMode } from '../model/cluster-kind.enums.js';
import { authenticationProblems, labelRiskProblems } from '../model/registered.rules.js';
import { sameJson } from '../../../kernel/same-json.js';

export interface GuardedUpdate extends ImmutableFields {
  readonly labels?: unknown;
  readonly authenticationMode?: AuthenticationMode | null | undefined;
  readonly acknowledgeRisk?: boolean | null | undefined;
}

/** Rejects changes of immutable fields (`IMMUTABLE_FIELD`) and unacknowledged risks. */
export async function guardUpdate(
  tx: Transaction,
  cluster: ClusterRow,
  update: GuardedUpdate,
): Promise<void> {
  const labels = update.labels != null && !sameJson(update.labels, cluster.labels);
  const problems = [
    ...immutableProblems(update, await readImmutableFields(tx, cluster)),
    ...labelRiskProblems(cluster, { labels, acknowledged: update.acknowledgeRisk === true }),
    ...authenticationProblems(cluster, update.authenticationMode),
  ];
  if (problems.length > 0) throw new ProblemError(problems);
}
