import fc from 'fast-check';
import { faultPoints } from '../../../../engine/faults/fault-points.js';

/** Changes of a cluster's pools, through the platform or in the cloud; `index` selects the pool. */

const index = fc.nat(3);
/** Selects one of the nodes of the pool. */
const node = fc.nat(5);

const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('scale'), index, size: fc.nat(5) } as const) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('attach'),
      index,
      mode: fc.constantFrom('MANUAL', 'AUTO'),
    } as const),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('remove'), index, node, release: fc.boolean() } as const),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sync'), index, lower: fc.boolean() } as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('bound'),
      index,
      enabled: fc.boolean(),
      minSize: fc.nat(2),
      spread: fc.nat(2),
    } as const),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('upgrade'),
      batchSize: fc.integer({ min: 1, max: 3 }),
      surge: fc.nat(2),
    } as const),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('scaleVertically'), large: fc.boolean() } as const) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('create'), size: fc.nat(3), spot: fc.boolean() } as const),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), index } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel'), index } as const) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pods'), count: fc.nat(5) } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('breakNode'),
      index,
      node,
      fault: fc.constantFrom('KUBELET', 'SYSTEM_DISK'),
    } as const),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reclaim'), index, node } as const) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('releaseOutside'), index, node } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unregister'), index, node } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('moveOut'), index, node } as const) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('boundOutside'), index, maxSize: fc.nat(3) } as const),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cloud'),
      failureRate: fc.constantFrom(0, 0.5, 1),
      stock: fc.constantFrom(0, 3, 2_000),
    } as const),
  },
);
export type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;
export type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;

const { scaleOut, scaleIn, upgrade, nodeRepair } = faultPoints;

const step = fc.record({
  /** Commands that are requested concurrently. */
  commands: fc.array(command, { minLength: 1, maxLength: 3 }),
  /** Whether the step waits for the end of earlier operations or runs concurrently with them. */
  patient: fc.boolean(),
  /** Fault point at which the engine is killed next. */
  crashAt: fc.option(fc.constantFrom(...scaleOut, ...scaleIn, ...upgrade, ...nodeRepair), { freq: 2 }),
});
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A sequence of this number of steps. */
export const sequence = (steps: number) => fc.array(step, { minLength: steps, maxLength: steps });
