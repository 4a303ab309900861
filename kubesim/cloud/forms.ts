import { z } from 'zod';

const id = z.string().min(1).max(200);
const name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be a DNS name')
  .max(253);
const version = z.string().regex(/^\d+\.\d+\.\d+$/);

export const clusterForm = z.object({
  account: id,
  regionId: id,
  zoneIds: z.array(id).min(1).max(20),
  version,
  masters: z.union([z.literal(0), z.literal(3)]).default(0),
});
export type ClusterWish = z.infer<typeof clusterForm>;

export const versionForm = z.object({ version });

export const instancesForm = z.object({
  instances: z
    .array(
      z.object({
        id,
        name,
        nodePoolId: id.nullish(),
        instanceTypes: z.array(id).max(50),
        zoneIds: z.array(id).max(20),
        labels: z.record(z.string(), z.string()).default({}),
        taints: z
          .array(
            z.object({
              key: id,
              value: z.string().optional(),
              effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
            }),
          )
          .default([]),
      }),
    )
    .max(5_000),
});
export type InstanceWish = z.infer<typeof instancesForm>['instances'][number];

export const deletionForm = z.object({ ids: z.array(id).max(5_000), drain: z.boolean().default(false) });

export const powerForm = z.object({ on: z.boolean() });

export const credentialsForm = z.object({
  subject: id,
  ttlMinutes: z
    .number()
    .min(1)
    .max(60 * 24 * 365 * 3),
  groups: z.array(id).max(50).default([]),
});
