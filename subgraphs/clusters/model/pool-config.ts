import type { ChargeType, DiskCategory, SpotStrategy, TaintEffect } from './node-pool.enums.js';

export interface TaintValue {
  readonly key: string;
  readonly value?: string | null;
  readonly effect: TaintEffect;
}

export interface DiskValue {
  readonly category: DiskCategory;
  readonly sizeGiB: number;
  readonly mountTarget?: string | null;
}

export interface InstanceSettings {
  /** Empty: the default image of the architecture. */
  readonly imageId: string;
  readonly zoneIds: readonly string[];
  readonly vSwitchIds: readonly string[];
  readonly securityGroupId: string | null;
  readonly systemDisk: DiskValue;
  readonly dataDisks: readonly DiskValue[];
  readonly chargeType: ChargeType;
  readonly spotStrategy: SpotStrategy | null;
  readonly spotPriceLimit: number | null;
  /** Empty: none. */
  readonly userData: string;
}

export interface ManagementConfig {
  readonly autoRepair: boolean;
  readonly allowSystemDiskReset: boolean;
  readonly autoUpgrade: boolean;
  readonly autoVulFix: boolean;
  readonly maxUnavailable: number;
}

/** The settings of a pool besides its name, types and size: the column `config`. */
export interface PoolConfig {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly TaintValue[];
  readonly instanceConfig: InstanceSettings;
  readonly management: ManagementConfig;
}

/** T with optional, nullable fields. */
export type NullablePartial<T> = { readonly [K in keyof T]?: T[K] | null | undefined };

/** The requested configuration of a pool. */
export interface PoolConfigRequest {
  readonly instanceTypes: readonly string[];
  readonly labels?: unknown;
  readonly taints?: readonly TaintValue[] | null | undefined;
  readonly instanceConfig?: NullablePartial<InstanceSettings> | null | undefined;
  readonly management?: NullablePartial<ManagementConfig> | null | undefined;
  readonly acknowledgeRisk?: boolean | null | undefined;
}

const NOTHING: PoolConfig = {
  labels: {},
  taints: [],
  instanceConfig: {
    imageId: '',
    zoneIds: [],
    vSwitchIds: [],
    securityGroupId: null,
    systemDisk: { category: 'CLOUD_ESSD', sizeGiB: 120 },
    dataDisks: [],
    chargeType: 'POSTPAID',
    spotStrategy: null,
    spotPriceLimit: null,
    userData: '',
  },
  management: {
    autoRepair: false,
    allowSystemDiskReset: false,
    autoUpgrade: false,
    autoVulFix: false,
    maxUnavailable: 1,
  },
};

/** The stored configuration of a pool; fields that an older release did not store have their defaults. */
export function configOf({ config }: { readonly config: unknown }): PoolConfig {
  const stored = (config ?? {}) as NullablePartial<PoolConfig>;
  return {
    labels: stored.labels ?? {},
    taints: stored.taints ?? [],
    instanceConfig: { ...NOTHING.instanceConfig, ...stored.instanceConfig },
    management: { ...NOTHING.management, ...stored.management },
  };
}

/** Merges a request into the previous configuration, or into the defaults for a new pool. */
export function planPoolConfig(request: PoolConfigRequest, before = NOTHING): PoolConfig {
  const instanceConfig = { ...before.instanceConfig, ...withoutNulls(request.instanceConfig ?? {}) };
  const spot = instanceConfig.chargeType === 'SPOT';
  return {
    labels: (request.labels as Readonly<Record<string, string>> | null | undefined) ?? before.labels,
    taints: request.taints ?? before.taints,
    instanceConfig: {
      ...instanceConfig,
      spotStrategy: spot ? (instanceConfig.spotStrategy ?? 'SPOT_AS_PRICE_GO') : null,
      spotPriceLimit: spot ? instanceConfig.spotPriceLimit : null,
    },
    management: { ...before.management, ...withoutNulls(request.management ?? {}) },
  };
}

function withoutNulls<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
