/** How existing instances join a node pool. */
export type AttachMode = 'MANUAL' | 'AUTO';

/** How an instance is paid. */
export type ChargeType = 'POSTPAID' | 'PREPAID' | 'SPOT';

/** What is bid for spot instances. */
export type SpotStrategy = 'SPOT_AS_PRICE_GO' | 'SPOT_WITH_PRICE_LIMIT';

/** What a taint does with pods that do not tolerate it. */
export type TaintEffect = 'NO_SCHEDULE' | 'PREFER_NO_SCHEDULE' | 'NO_EXECUTE';

/** Kind of a cloud disk. */
export type DiskCategory = 'CLOUD_EFFICIENCY' | 'CLOUD_SSD' | 'CLOUD_ESSD';

/** State of a node pool, by the names of the ACK API. */
export type NodePoolState =
  'INITIAL' | 'ACTIVE' | 'SCALING' | 'REMOVING' | 'DELETING' | 'UPDATING' | 'FAILED' | 'UNHEALTHY';
