import { z } from 'zod';
import { checkedColumns, oneOf } from '../../kernel/postgres/checked-columns.js';
import { chargeTypeSchema } from './charge-type.js';

/**
 * Validates the column `body` of the cloud's tables on read, because another release may have written it. The types
 * are those of records.ts and container-uses.ts.
 */
const diskSchema = z.looseObject({ id: z.string(), files: z.array(z.string()) });

export const checkClusterRecords = checkedColumns('kubesim.cluster', 'id', {
  body: z.looseObject({
    id: z.string(),
    account: z.string(),
    regionId: z.string(),
    zoneIds: z.array(z.string()),
    version: z.string(),
    masters: z.number(),
    network: z.looseObject({ plugin: oneOf(['FLANNEL', 'TERWAY']), serviceCidr: z.string() }).optional(),
    replicas: z.array(z.looseObject({ id: z.string(), component: z.string() })).optional(),
    downReplicas: z.array(z.string()).optional(),
    incidents: z.array(z.looseObject({ id: z.string(), kind: z.string(), startedAt: z.number() })).optional(),
    faults: z.array(z.looseObject({ operation: z.string(), injectedAt: z.number() })).optional(),
    state: oneOf(['CREATING', 'RUNNING', 'UPGRADING', 'DELETING', 'FAILED']),
    createdAt: z.number(),
    readyAt: z.number(),
  }),
});

export const checkInstanceRecords = checkedColumns('kubesim.instance', 'id', {
  body: z.looseObject({
    id: z.string(),
    clusterId: z.string(),
    name: z.string(),
    nodePoolId: z.string().nullable(),
    state: oneOf(['STARTING', 'RUNNING', 'STOPPING', 'FAILED']),
    instanceType: z.string().nullable(),
    zoneId: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    taints: z.array(z.looseObject({ key: z.string(), effect: z.string() })),
    version: z.string(),
    index: z.number(),
    master: z.boolean(),
    createdAt: z.number(),
    readyAt: z.number(),
    failure: z.looseObject({ code: z.string(), message: z.string() }).optional(),
    chargeType: chargeTypeSchema.optional(),
    systemDisk: diskSchema.optional(),
  }),
});

export const checkScalingGroupRecords = checkedColumns('kubesim.scaling_group', 'cluster', {
  body: z.looseObject({
    id: z.string(),
    nodePoolId: z.string(),
    state: oneOf(['ACTIVE', 'DELETED']),
    minSize: z.number(),
    maxSize: z.number(),
    desiredSize: z.number(),
    activities: z.array(z.looseObject({ at: z.number(), kind: z.string(), status: z.string() })),
  }),
});

export const checkDetachedInstanceRecords = checkedColumns('kubesim.detached_instance', 'id', {
  body: z.looseObject({
    id: z.string(),
    account: z.string(),
    name: z.string(),
    regionId: z.string(),
    zoneId: z.string(),
    instanceType: z.string(),
    imageId: z.string(),
    chargeType: chargeTypeSchema,
    systemDisk: diskSchema,
    origin: oneOf(['CREATED', 'REMOVED', 'FAILED_CREATION']),
    createdAt: z.number(),
  }),
});

export const checkContainerUses = checkedColumns('kubesim.container_use', 'id', {
  body: z.looseObject({
    podUid: z.string(),
    clusterId: z.string(),
    account: z.string(),
    containers: z.array(z.looseObject({})),
    startedAt: z.string(),
    endedAt: z.string().nullable(),
    revision: z.number(),
  }),
});

/** Kubernetes objects may have any fields: only those that the store reads are validated. */
export const checkObjects = checkedColumns('kubesim.object', 'name', {
  body: z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) }),
});
