import type { Deployment } from '../kinds/workloads.js';

/** Size of a ReplicaSet in a rollout. */
export interface SetSize {
  readonly name: string;
  readonly replicas: number;
  readonly available: number;
}

/** Maximum surge and unavailable pods of a rolling update. */
export interface RolloutBounds {
  readonly surge: number;
  readonly unavailable: number;
}

/** Bounds of a deployment: percentages of its size, maxSurge rounded up, maxUnavailable rounded down, never both zero. */
export function rolloutBounds({ spec }: Deployment): RolloutBounds {
  const desired = spec.replicas ?? 1;
  const surge = scaledAmount(spec.strategy?.rollingUpdate?.maxSurge ?? '25%', desired, Math.ceil);
  const unavailable = scaledAmount(
    spec.strategy?.rollingUpdate?.maxUnavailable ?? '25%',
    desired,
    Math.floor,
  );
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

/** A number of pods, or a percentage of the total. */
export function scaledAmount(
  setting: number | string,
  total: number,
  round: (value: number) => number,
): number {
  if (typeof setting === 'number') return setting;
  return setting.endsWith('%')
    ? round((Number.parseFloat(setting) / 100) * total)
    : Number.parseInt(setting, 10);
}

/** The next sizes of a rolling update: the new set grows and the old ones shrink within the bounds. */
export function rollingStep(
  desired: number,
  leeway: RolloutBounds,
  fresh: SetSize,
  old: readonly SetSize[],
): Map<string, number> {
  const sizes = new Map<string, number>([[fresh.name, grown(desired, leeway, fresh, old)]]);
  const minimum = desired - Math.min(leeway.unavailable, desired);
  const all = [fresh, ...old];
  const freshUnavailable = Math.max(0, fresh.replicas - fresh.available);
  let spare = sum(all, 'replicas') - minimum - freshUnavailable;
  let spareAvailable = sum(all, 'available') - minimum;
  for (const set of old) {
    // Unavailable pods first: removing them does not reduce availability.
    const broken = Math.min(Math.max(0, set.replicas - set.available), Math.max(0, spare));
    const serving = Math.min(set.replicas - broken, Math.max(0, Math.min(spareAvailable, spare - broken)));
    spare -= broken + serving;
    spareAvailable -= serving;
    sizes.set(set.name, set.replicas - broken - serving);
  }
  return sizes;
}

function grown(desired: number, bounds: RolloutBounds, fresh: SetSize, old: readonly SetSize[]): number {
  if (fresh.replicas >= desired) return desired;
  const room = desired + bounds.surge - fresh.replicas - sum(old, 'replicas');
  return fresh.replicas + Math.max(0, Math.min(room, desired - fresh.replicas));
}

/** A ReplicaSet in the middle of a rollout. */
export interface SizedSet extends SetSize {
  /** Its time of creation. */
  readonly created: string;
  /** The most pods of its deployment when it was sized; 0 if that is not known. */
  readonly max: number;
}

/** The sizes of the ReplicaSets of a deployment that is scaled in the middle of a rollout: each in proportion. */
export function proportionalSizes(
  sets: readonly SizedSet[],
  deployment: { readonly desired: number; readonly max: number; readonly replicas: number },
): Map<string, number> {
  const allowed = deployment.desired > 0 ? deployment.max : 0;
  const total = allowed - sum(sets, 'replicas');
  // The largest first; of equal ones the newest when pods are added, the oldest when they are removed.
  const order = (a: SizedSet, b: SizedSet) =>
    b.replicas - a.replicas || a.created.localeCompare(b.created) * (total > 0 ? -1 : 1);
  const sorted = [...sets].sort(order);
  const sizes = new Map<string, number>();
  let added = 0;
  for (const set of sorted) {
    const rest = total - added;
    const part = fractionOf(set, deployment);
    const change = total > 0 ? Math.min(part, rest) : Math.max(part, rest);
    sizes.set(set.name, set.replicas + change);
    added += change;
  }
  const [largest] = sorted;
  if (largest) sizes.set(largest.name, Math.max(0, (sizes.get(largest.name) ?? 0) + total - added));
  return sizes;
}

function fractionOf(
  { replicas, max }: SizedSet,
  deployment: { readonly desired: number; readonly max: number; readonly replicas: number },
): number {
  if (deployment.desired === 0) return -replicas;
  const before = max || deployment.replicas;
  return before === 0 ? 0 : Math.round((replicas * deployment.max) / before) - replicas;
}

function sum(sets: readonly SetSize[], field: 'replicas' | 'available'): number {
  return sets.reduce((total, set) => total + set[field], 0);
}
