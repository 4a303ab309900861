import type { NodeTaint } from '../../../engine/providers/node-pool-provider.js';
import type { TaintValue } from './pool-config.js';

/** Taint effects by their names in Kubernetes. */
export const EFFECTS = {
  NO_SCHEDULE: 'NoSchedule',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
  NO_EXECUTE: 'NoExecute',
} as const;

/** Converts a pool's taints to Kubernetes taints. */
export function kubernetesTaints(taints: readonly TaintValue[]): NodeTaint[] {
  return taints.map(({ key, value, effect }) => ({
    key,
    ...(value != null && { value }),
    effect: EFFECTS[effect],
  }));
}
