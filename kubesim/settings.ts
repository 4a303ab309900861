import { z } from 'zod';

/** Instances of one type that a zone has when nothing is said. */
export const DEFAULT_STOCK = 2_000;

/** How the simulation runs; changed at `/cloud/v1/settings` and kept in the database. */
export const settingsSchema = z.strictObject({
  /** How many times faster than real time the simulated seconds pass. */
  speed: z.number().min(0.1).max(10_000),
  /** The chance, 0 to 1, that an instance fails to start. */
  failureRate: z.number().min(0).max(1),
  /** The chance, 0 to 1, that the kubelet of an instance cannot be upgraded. */
  upgradeFailureRate: z.number().min(0).max(1).default(0),
  /** The chance, 0 to 1, that a control plane fails while it is upgraded; then its API no longer answers. */
  controlPlaneFailureRate: z.number().min(0).max(1).default(0),
  /** The chance, 0 to 1, that the cloud does not let go of the resources of a cluster. */
  deletionFailureRate: z.number().min(0).max(1).default(0),
  /** Simulated seconds until a control plane and a node are up. */
  bootSeconds: z.strictObject({
    controlPlane: z.number().min(0).max(86_400),
    node: z.number().min(0).max(86_400),
  }),
  /** Instances in stock by `<zone>/<type>`; DEFAULT_STOCK where nothing is said. Running ones count. */
  stock: z.record(z.string().max(200), z.number().int().min(0)),
  /** What an hour of a spot instance costs, by type; 0 if omitted. */
  spotPrices: z.record(z.string().max(200), z.number().min(0)).default({}),
  /** Zones that are lost: nothing in them answers. Set by `/cloud/v1/zones/<id>/power`. */
  lostZones: z.array(z.string().max(200)).max(500).default([]),
  /** Decides which instances fail: the same seed and ids give the same failures. */
  seed: z.union([z.string().max(100), z.number()]),
});

export type Settings = z.infer<typeof settingsSchema>;

export const settingsPatchSchema = z.strictObject({
  ...settingsSchema.partial().shape,
  bootSeconds: settingsSchema.shape.bootSeconds.partial().optional(),
  // Left out, these stay as they are.
  upgradeFailureRate: settingsSchema.shape.upgradeFailureRate.unwrap().optional(),
  controlPlaneFailureRate: settingsSchema.shape.controlPlaneFailureRate.unwrap().optional(),
  deletionFailureRate: settingsSchema.shape.deletionFailureRate.unwrap().optional(),
  lostZones: settingsSchema.shape.lostZones.unwrap().optional(),
  spotPrices: settingsSchema.shape.spotPrices.unwrap().optional(),
});

/** The settings of a new database. */
export const defaultSettings: Settings = {
  speed: 10,
  failureRate: 0,
  upgradeFailureRate: 0,
  controlPlaneFailureRate: 0,
  deletionFailureRate: 0,
  bootSeconds: { controlPlane: 90, node: 45 },
  stock: {},
  spotPrices: {},
  lostZones: [],
  seed: 1,
};

/** The settings with a change; stock is merged entry by entry. */
export function changedSettings(settings: Settings, patch: z.infer<typeof settingsPatchSchema>): Settings {
  return settingsSchema.parse({
    ...settings,
    ...patch,
    bootSeconds: { ...settings.bootSeconds, ...patch.bootSeconds },
    stock: { ...settings.stock, ...patch.stock },
    spotPrices: { ...settings.spotPrices, ...patch.spotPrices },
  });
}
