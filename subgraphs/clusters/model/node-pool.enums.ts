/** How existing instances are attached to a node pool. */
export type AttachMode = 'MANUAL' | 'AUTO';

export { CHARGE_TYPES, type ChargeType } from '../../../engine/providers/charge-type.js';

/** Bidding strategies for spot instances. */
export type SpotStrategy = 'SPOT_AS_PRICE_GO' | 'SPOT_WITH_PRICE_LIMIT';

/** Effect of a taint on pods that do not tolerate it. */
export type TaintEffect = 'NO_SCHEDULE' | 'PREFER_NO_SCHEDULE' | 'NO_EXECUTE';

/** Category of a cloud disk. */
export type DiskCategory = 'CLOUD_EFFICIENCY' | 'CLOUD_SSD' | 'CLOUD_ESSD';

/** States of a node pool, named as in the ACK API. */
export const NODE_POOL_STATES = [
  'INITIAL',
  'ACTIVE',
  'SCALING',
  'REMOVING',
  'DELETING',
  'UPDATING',
  'FAILED',
  'UNHEALTHY',
] as const;

export type NodePoolState = (typeof NODE_POOL_STATES)[number];
