import { sameJson } from '../../../kernel/same-json.js';
import type { Pod } from '../kinds/core.js';
import type { KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import { quantity } from '../kinds/quantity.js';
import { type ResourceQuota, resourceQuotas } from '../kinds/resource-limits.js';
import type { ResourceType } from '../kinds/resource.js';
import { forbidden } from '../kinds/status.js';
import { type ClusterStore, keyOf } from '../store/cluster-store.js';
import { containerAmounts, usageOf, type Amounts } from './object-usage.js';
import { quotaApplies } from './quota-scopes.js';

interface CountedQuota {
  readonly quota: ResourceQuota;
  readonly used: Record<string, number>;
}

/** Resources that each container must specify if a quota limits them. */
const REQUIRED = /^((requests|limits)\.)?(cpu|memory)$/;

/** What the objects of namespaces with quotas use, updated by each change. */
export class QuotaUsage {
  private readonly counted = new Map<string, Map<string, CountedQuota>>();
  private readonly listeners = new Set<(key: string) => void>();

  constructor(private readonly store: ClusterStore) {}

  start(): void {
    for (const quota of this.store.all(resourceQuotas)) this.setQuota(quota);
    this.store.onChange(resourceQuotas, ({ type, object, previous }) => {
      const quota = object as ResourceQuota;
      if (type === 'DELETED') this.quotasOf(quota).delete(quota.metadata.name);
      else if (!previous || !sameJson((previous as ResourceQuota).spec, quota.spec)) this.setQuota(quota);
    });
    this.store.onAnyChange((type, { type: change, object, previous }) => {
      if (!type.namespaced || this.quotasOf(object).size === 0) return;
      if (previous) this.count(type, previous, -1);
      if (change !== 'DELETED') this.count(type, object, 1);
    });
  }

  /** Calls the listener with the key of a quota whose usage has changed. */
  onChange(listener: (key: string) => void): void {
    this.listeners.add(listener);
  }

  /** The amounts in use of the resources that the quota limits. */
  used({ metadata, spec }: ResourceQuota): Readonly<Record<string, string>> {
    const amounts = this.quotasOf({ metadata }).get(metadata.name)?.used ?? {};
    return Object.fromEntries(
      Object.keys(spec.hard ?? {}).map((name) => [name, amountText(name, amounts[name] ?? 0)]),
    );
  }

  /** Throws ApiError if a quota does not admit the object, or the growth of an existing one. */
  check(type: ResourceType, object: KubeObject, old: KubeObject | undefined): void {
    for (const { quota, used } of this.quotasOf(object).values()) {
      if (!quotaApplies(quota, type, object)) continue;
      if (!old && type.id === pods.id) checkSpecified(quota, object as Pod);
      const added = difference(usageOf(type, object), old ? usageOf(type, old) : {});
      checkUsage(type, object, { quota, used, added });
    }
  }

  private quotasOf({ metadata }: Pick<KubeObject, 'metadata'>): Map<string, CountedQuota> {
    return this.counted.get(metadata.namespace ?? '') ?? new Map<string, CountedQuota>();
  }

  /** Counts the objects of the quota's namespace anew. */
  private setQuota(quota: ResourceQuota): void {
    const { namespace = '', name } = quota.metadata;
    const used: Record<string, number> = {};
    this.counted.set(namespace, this.quotasOf(quota).set(name, { quota, used }));
    for (const type of this.store.types().filter(({ namespaced }) => namespaced))
      for (const object of this.store.all(type))
        if (object.metadata.namespace === namespace && quotaApplies(quota, type, object))
          add(used, usageOf(type, object), 1);
    this.publish(quota);
  }

  private count(type: ResourceType, object: KubeObject, sign: 1 | -1): void {
    for (const { quota, used } of this.quotasOf(object).values()) {
      // A new quota has already counted itself.
      if (type.id === resourceQuotas.id && object.metadata.uid === quota.metadata.uid) continue;
      if (!quotaApplies(quota, type, object)) continue;
      add(used, usageOf(type, object), sign);
      this.publish(quota);
    }
  }

  private publish(quota: ResourceQuota): void {
    for (const listener of this.listeners) listener(keyOf(quota));
  }
}

function add(used: Record<string, number>, amounts: Amounts, sign: 1 | -1): void {
  for (const [name, amount] of Object.entries(amounts)) used[name] = (used[name] ?? 0) + sign * amount;
}

function difference(next: Amounts, before: Amounts): Amounts {
  return Object.fromEntries(
    Object.entries(next).map(([name, amount]) => [name, amount - (before[name] ?? 0)]),
  );
}

function checkUsage(
  type: ResourceType,
  { metadata: { name } }: KubeObject,
  { quota, used, added }: CountedQuota & { readonly added: Amounts },
): void {
  const hard = quota.spec.hard ?? {};
  const exceeded = Object.keys(hard)
    .filter(
      (key) => (added[key] ?? 0) > 0 && (used[key] ?? 0) + (added[key] ?? 0) > quantity(hard[key]) + 1e-9,
    )
    .sort();
  if (exceeded.length === 0) return;
  const list = (amounts: Amounts) =>
    exceeded.map((key) => `${key}=${amountText(key, amounts[key] ?? 0)}`).join(',');
  const limited = exceeded.map((key) => `${key}=${hard[key]}`).join(',');
  const why = `exceeded quota: ${quota.metadata.name}, requested: ${list(added)}, used: ${list(used)}, limited: ${limited}`;
  throw forbidden(`${type.id} "${name}" is forbidden: ${why}`, { name, kind: type.plural });
}

/** Throws ApiError if a container lacks requests or limits that the quota counts. */
function checkSpecified(quota: ResourceQuota, { spec, metadata: { name } }: Pod): void {
  const missing = Object.keys(quota.spec.hard ?? {})
    .filter((resource) => REQUIRED.test(resource))
    .sort()
    .flatMap((resource) => {
      const part = resource.startsWith('limits.') ? 'limits' : 'requests';
      const own = resource.replace(/^(requests|limits)\./, '');
      const without = [...spec.containers, ...(spec.initContainers ?? [])].filter(
        (container) => containerAmounts(container, part)[own] === undefined,
      );
      return without.length === 0
        ? []
        : [
            `${resource} for: ${without
              .map((container) => container.name)
              .sort()
              .join(',')}`,
          ];
    });
  if (missing.length === 0) return;
  const why = `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`;
  throw forbidden(`pods "${name}" is forbidden: ${why}`, { name, kind: pods.plural });
}

const BINARY_UNITS = ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'] as const;

/** An amount as a quantity: cores in `m` if needed, bytes in the largest whole binary unit, others as a number. */
export function amountText(resource: string, amount: number): string {
  if (/(^|\.)cpu$/.test(resource))
    return Number.isInteger(amount) ? String(amount) : `${Math.round(amount * 1000)}m`;
  if (!/(memory|storage)$/.test(resource) || amount === 0) return String(amount);
  const index = BINARY_UNITS.findIndex(
    (_unit, position) => amount % 1024 ** (BINARY_UNITS.length - position) === 0,
  );
  return index < 0
    ? String(amount)
    : `${amount / 1024 ** (BINARY_UNITS.length - index)}${BINARY_UNITS[index]}`;
}
