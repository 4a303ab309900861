import { MIN_NODE_RESOURCES, type CloudCatalog } from '../catalog.js';
import { DEFAULT_STOCK } from '../settings.js';
import type { InstanceFailure } from './records.js';

/** Requested types, zones and price limit of an instance. */
export interface PlacementInput {
  readonly instanceTypes: readonly string[];
  readonly zoneIds: readonly string[];
  readonly chargeType?: string | undefined;
  /** Maximum price of a spot instance per hour. */
  readonly spotPriceLimit?: number | undefined;
}

export type Placement =
  | { readonly ok: true; readonly instanceType: string; readonly zoneId: string }
  | { readonly ok: false; readonly failure: InstanceFailure };

/** Stock, prices and usage. */
export interface StockView {
  readonly catalog: CloudCatalog;
  readonly stock: Readonly<Record<string, number>>;
  /** Current price of a spot instance per hour, by type. */
  readonly spotPrices: Readonly<Record<string, number>>;
  /** Instances in use by `<zone>/<type>`. */
  inUse(zoneId: string, instanceType: string): number;
  /** Number of the cluster's instances in a zone. */
  inZone(zoneId: string): number;
}

/**
 * Places an instance: the first requested type that is in stock, in the zone where the cluster has the fewest instances.
 * The failure is the problem of the first type, or that no type is in stock.
 */
export function place(input: PlacementInput, view: StockView): Placement {
  const unknownZone = input.zoneIds.find((zone) => !view.catalog.zones.has(zone));
  if (unknownZone !== undefined || input.zoneIds.length === 0) {
    return failure('UNKNOWN_ZONE', `Zone ${unknownZone ?? '(omitted)'} not found.`);
  }
  const usable = input.instanceTypes.filter((type) => !typeProblem(type, view.catalog));
  if (usable.length === 0) return { ok: false, failure: firstProblem(input, view.catalog) };
  const affordable = usable.filter((type) => !exceedsPriceLimit(input, view.spotPrices[type]));
  if (affordable.length === 0) {
    const prices = usable.map((type) => `${type} costs ${view.spotPrices[type]}`).join(', ');
    return failure('OUT_OF_STOCK', `Above the limit of ${input.spotPriceLimit} an hour: ${prices}.`);
  }
  for (const instanceType of affordable) {
    const free = input.zoneIds.filter((zoneId) => freeIn(zoneId, instanceType, view) > 0);
    const [zoneId] = free.sort((a, b) => view.inZone(a) - view.inZone(b));
    if (zoneId !== undefined) return { ok: true, instanceType, zoneId };
  }
  return failure('OUT_OF_STOCK', `${affordable.join(', ')}: out of stock in ${input.zoneIds.join(', ')}.`);
}

/** Whether the current price of a spot instance exceeds its limit; never without a limit. */
export function exceedsPriceLimit(
  { chargeType, spotPriceLimit }: Pick<PlacementInput, 'chargeType' | 'spotPriceLimit'>,
  price: number | undefined,
): boolean {
  return chargeType === 'SPOT' && spotPriceLimit !== undefined && (price ?? 0) > spotPriceLimit;
}

function freeIn(zoneId: string, instanceType: string, view: StockView): number {
  return (view.stock[`${zoneId}/${instanceType}`] ?? DEFAULT_STOCK) - view.inUse(zoneId, instanceType);
}

function firstProblem(input: PlacementInput, catalog: CloudCatalog): InstanceFailure {
  const [first] = input.instanceTypes;
  const problem = first === undefined ? undefined : typeProblem(first, catalog);
  return problem ?? { code: 'UNKNOWN_INSTANCE_TYPE', message: 'No instance type is given.' };
}

function typeProblem(id: string, catalog: CloudCatalog): InstanceFailure | undefined {
  const type = catalog.instanceTypes.get(id);
  if (!type) return { code: 'UNKNOWN_INSTANCE_TYPE', message: `Instance type ${id} not found.` };
  if (type.vcpus >= MIN_NODE_RESOURCES.vcpus && type.memoryGiB >= MIN_NODE_RESOURCES.memoryGiB)
    return undefined;
  const message =
    `${id} has ${type.vcpus} vCPU and ${type.memoryGiB} GiB; nodes need at least ` +
    `${MIN_NODE_RESOURCES.vcpus} vCPU and ${MIN_NODE_RESOURCES.memoryGiB} GiB.`;
  return { code: 'INSTANCE_TYPE_TOO_SMALL', message };
}

function failure(code: InstanceFailure['code'], message: string): Placement {
  return { ok: false, failure: { code, message } };
}
