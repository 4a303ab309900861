import type { Product } from '../../../kernel/product.js';
import type { Problem } from '../../../kernel/result.js';
import type { Condition } from './conditions.js';

/**
 * How a registered cluster stands before its agent has connected. Whether the link to it works and whether the cluster
 * itself works are two things: of the second nothing is known while there is no link.
 */
const UNREGISTERED_CONDITIONS: readonly Omit<Condition, 'lastTransitionAt'>[] = [
  {
    type: 'AgentConnected',
    status: 'False',
    reason: 'WaitingForAgent',
    message: 'The agent has not connected yet.',
  },
  {
    type: 'ApiServerAvailable',
    status: 'Unknown',
    reason: 'NotConnected',
    message: 'How the cluster itself stands is not known while its agent is not connected.',
  },
];

/** The conditions that a registered cluster begins with. */
export function unlinkedConditions(at: Date): Condition[] {
  return UNREGISTERED_CONDITIONS.map((condition) => ({ ...condition, lastTransitionAt: at.toISOString() }));
}

/** Changes of metadata of a registered cluster reach into a cluster that others run. */
export function labelRiskProblems(
  { product }: { readonly product: Product },
  change: { readonly labels: boolean; readonly acknowledged: boolean },
): Problem[] {
  if (product !== 'REGISTERED' || !change.labels || change.acknowledged) return [];
  const message =
    'Applications in a registered cluster may depend on its labels, annotations and tags: changing them can break those.';
  return [{ code: 'RISK_NOT_ACKNOWLEDGED', message, path: ['input', 'acknowledgeRisk'] }];
}
