import { type InjectedFault, type FaultEffect, faultDefinitions } from '../../injected-faults.js';

const MESSAGES: Readonly<Partial<Record<FaultEffect, string>>> = {
  VOLUME_FAILS: 'write failed: input/output error',
  VOLUME_LOCAL: 'the mount path is not on its volume: what is written goes to the local disk of the node',
  VOLUME_HANGS: 'nfs: server not responding: input/output hangs',
};

/** The message of affected pods in events and logs for a fault of a volume; undefined for other faults. */
export function volumeFaultMessage({ operation }: Pick<InjectedFault, 'operation'>): string | undefined {
  const effect = faultDefinitions[operation]?.effect;
  return effect && MESSAGES[effect];
}
