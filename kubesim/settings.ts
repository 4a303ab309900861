import { z } from 'zod';

/** Default stock of an instance type in a zone. */
export const DEFAULT_STOCK = 2_000;

/** Settings of the simulation; changed by `/cloud/v1/settings` and stored in the database. */
export const settingsSchema = z.strictObject({
  /** Speed of simulated time as a multiple of real time. */
  speed: z.number().min(0.1).max(10_000),
  /** Probability, 0 to 1, that an instance fails to start. */
  failureRate: z.number().min(0).max(1),
  /** Probability, 0 to 1, that the kubelet of an instance cannot be upgraded. */
  upgradeFailureRate: z.number().min(0).max(1).default(0),
  /** Probability, 0 to 1, that the upgrade of a control plane fails; its API is then unavailable. */
  controlPlaneFailureRate: z.number().min(0).max(1).default(0),
  /** Probability, 0 to 1, that resources of a deleted cluster cannot be released. */
  deletionFailureRate: z.number().min(0).max(1).default(0),
  /** Simulated seconds until a control plane and a node are ready. */
  bootSeconds: z.strictObject({
    controlPlane: z.number().min(0).max(86_400),
    node: z.number().min(0).max(86_400),
  }),
  /** Stock by `<zone>/<type>`, including running instances; default DEFAULT_STOCK. */
  stock: z.record(z.string().max(200), z.number().int().min(0)),
  /** Price of a spot instance per hour, by type; default 0. */
  spotPrices: z.record(z.string().max(200), z.number().min(0)).default({}),
  /** Zones with an outage. Set by `/cloud/v1/zones/<id>/power`. */
  lostZones: z.array(z.string().max(200)).max(500).default([]),
  /** Seed of failures: the same seed and ids give the same failures. */
  seed: z.union([z.string().max(100), z.number()]),
});

export type Settings = z.infer<typeof settingsSchema>;

export const settingsPatchSchema = z.strictObject({
  ...settingsSchema.partial().shape,
  bootSeconds: settingsSchema.shape.bootSeconds.partial().optional(),
  // Omitted fields keep their values.
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
