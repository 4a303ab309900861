import type { Product } from '../../../kernel/product.js';
import type { Problem } from '../../../kernel/result.js';
import type { AuthenticationMode } from './cluster-kind.enums.js';
import type { Condition } from './conditions.js';

/**
 * Conditions of a registered cluster before its agent connects. The connection and the health of the cluster are
 * separate: without a connection the health is Unknown.
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

/** The initial conditions of a registered cluster. */
export function unlinkedConditions(at: Date): Condition[] {
  return UNREGISTERED_CONDITIONS.map((condition) => ({ ...condition, lastTransitionAt: at.toISOString() }));
}

/**
 * Changing labels of a registered cluster can break applications of other operators, so it requires an
 * acknowledgement.
 */
export function labelRiskProblems(
  { product }: { readonly product: Product },
  change: { readonly labels: boolean; readonly acknowledged: boolean },
): Problem[] {
  if (product !== 'REGISTERED' || !change.labels || change.acknowledged) return [];
  const message =
    'Applications in a registered cluster may depend on its labels, annotations and tags: changing them can break those.';
  return [{ code: 'RISK_NOT_ACKNOWLEDGED', message, path: ['input', 'acknowledgeRisk'] }];
}

/** The API server of a registered cluster is configured outside the platform. */
export function authenticationProblems(
  { product }: { readonly product: Product },
  requested: AuthenticationMode | null | undefined,
): Problem[] {
  if (product !== 'REGISTERED' || requested == null) return [];
  const message =
    'The platform does not configure whose users the API server of a registered cluster authenticates.';
  return [{ code: 'INVALID_INPUT', message, path: ['input', 'authenticationMode'] }];
}
