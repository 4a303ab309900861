import type { Problem } from '../../../kernel/result.js';

/** Changes of metadata of a registered cluster reach into a cluster that others run. */
export function labelRiskProblems(
  { product }: { readonly product: string },
  change: { readonly labels: boolean; readonly acknowledged: boolean },
): Problem[] {
  if (product !== 'REGISTERED' || !change.labels || change.acknowledged) return [];
  const message =
    'Applications in a registered cluster may depend on its labels, annotations and tags: changing them can break those.';
  return [{ code: 'RISK_NOT_ACKNOWLEDGED', message, path: ['input', 'acknowledgeRisk'] }];
}
