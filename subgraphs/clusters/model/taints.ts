import type { NodeTaint } from '../../../engine/providers/node-pool-provider.js';
import type { TaintValue } from './pool-config.js';

/** Effects of taints as Kubernetes calls them. */
export const EFFECTS = {
  NO_SCHEDULE: 'NoSchedule',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
  NO_EXECUTE: 'NoExecute',
} as const;

/** A pool's taints as Kubernetes has them. */
export function kubernetesTaints(taints: readonly TaintValue[]): NodeTaint[] {
  return taints.map(({ key, value, effect }) => ({
    key,
    ...(value != null && { value }),
    effect: EFFECTS[effect],
  }));
}
