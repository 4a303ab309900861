import { z } from 'zod';
import { chargeTypeSchema } from './charge-type.js';

const id = z.string().min(1).max(200);
const name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be a DNS name')
  .max(253);
const cidr = z.cidrv4();
/** A vSwitch: a subnet of a VPC in a zone. */
const vSwitch = z.object({ id, zoneId: id, cidr });
const disk = z.object({
  category: id,
  sizeGiB: z.number().int().min(1),
  mountTarget: z.string().max(300).optional(),
});
const version = z.string().regex(/^\d+\.\d+\.\d+$/);

export const clusterSchema = z.object({
  account: id,
  regionId: id,
  zoneIds: z.array(id).min(1).max(20),
  version,
  masters: z.union([z.literal(0), z.literal(3)]).default(0),
  masterNodes: z
    .array(z.object({ id, name, instanceTypes: z.array(id).min(1).max(50) }))
    .max(3)
    .optional(),
  serverless: z.boolean().optional(),
  maxPods: z.number().int().min(0).optional(),
  /** Whether load balancers and disks of objects need a grant of the account. */
  grantsNeeded: z.boolean().optional(),
  edition: z.enum(['STANDARD', 'PRO']).optional(),
  /** Default that of CONTROL_PLANE. */
  controlPlane: z.enum(['SIMULATED', 'REAL']).optional(),
  network: z
    .object({
      plugin: z.enum(['FLANNEL', 'TERWAY']),
      vpcId: id.optional(),
      podCidr: cidr.optional(),
      nodeCidrMask: z.number().int().min(24).max(28).optional(),
      serviceCidr: cidr,
      vSwitches: z.array(vSwitch).max(100),
    })
    .optional(),
});
export type ClusterBody = z.infer<typeof clusterSchema>;

export const editionSchema = z.object({ edition: z.enum(['STANDARD', 'PRO']) });

/** Whether the API server accepts tokens that were issued to clients. */
export const authenticationModeSchema = z.object({ mode: z.enum(['PLATFORM', 'KUBERNETES']) });

/** Maximum number of pods; null: unlimited. */
export const podLimitSchema = z.object({ maxPods: z.number().int().min(0).nullable() });

/** Whether an instance is connected to its control plane. */
export const connectionSchema = z.object({ connected: z.boolean() });

export const versionSchema = z.object({ version });

export const instancesSchema = z.object({
  instances: z
    .array(
      z.object({
        id,
        name,
        nodePoolId: id.nullish(),
        instanceTypes: z.array(id).max(50),
        zoneIds: z.array(id).max(20),
        /** VSwitches for its address; default those of its cluster. */
        vSwitches: z.array(vSwitch).max(100).optional(),
        chargeType: chargeTypeSchema.default('POSTPAID'),
        imageId: id.optional(),
        systemDisk: disk.optional(),
        dataDisks: z.array(disk).max(16).optional(),
        /** User data. Stored, but not executed. */
        userData: z.string().max(16_384).optional(),
        /** Maximum price of a spot instance per hour. */
        spotPriceLimit: z.number().positive().optional(),
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
export type InstanceBody = z.infer<typeof instancesSchema>['instances'][number];

export const attachSchema = z.object({
  instances: z
    .array(
      instancesSchema.shape.instances.element
        .omit({
          instanceTypes: true,
          zoneIds: true,
          chargeType: true,
          systemDisk: true,
          dataDisks: true,
          spotPriceLimit: true,
        })
        .extend({ providerId: id, mode: z.enum(['MANUAL', 'AUTO']) }),
    )
    .max(5_000),
});
export type AttachBody = z.infer<typeof attachSchema>['instances'][number];

export const deletionSchema = z.object({
  ids: z.array(id).max(5_000),
  drain: z.boolean().default(false),
  /** False: the account keeps the instances. */
  release: z.boolean().default(true),
});

/** `fault`: why an instance is off; a restart does not end a fault of the SYSTEM_DISK. */
export const powerSchema = z.object({
  on: z.boolean(),
  fault: z.enum(['KUBELET', 'SYSTEM_DISK']).optional(),
});

export const credentialsSchema = z.object({
  /** Name of the Kubernetes user. */
  name: z.string().min(1).max(1000),
  /** A group for the caller, its account and each group of its token. */
  groups: z.array(id).max(102).default([]),
  expiresAt: z.coerce.date(),
  /** The platform's token; the credentials expire with it. */
  origin: z
    .object({
      account: id,
      subject: z.string().max(1000),
      issuedAt: z.coerce.date().optional(),
      keyId: z.string().max(200).optional(),
    })
    .optional(),
});
