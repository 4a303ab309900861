import { type Mishap, type MishapEffect, mishapKinds } from './injected-faults.js';

const SYMPTOMS: Readonly<Partial<Record<MishapEffect, string>>> = {
  VOLUME_FAILS: 'write failed: input/output error',
  VOLUME_LOCAL: 'the mount path is not on its volume: what is written goes to the local disk of the node',
  VOLUME_HANGS: 'nfs: server not responding: input/output hangs',
};

/** What the pods that suffer from a mishap of their volume say in events and logs; undefined for any other mishap. */
export function symptomOf({ operation }: Pick<Mishap, 'operation'>): string | undefined {
  const effect = mishapKinds[operation]?.effect;
  return effect && SYMPTOMS[effect];
}
