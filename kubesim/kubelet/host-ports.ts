import type { Pod } from '../kubernetes/kinds/core.js';
import { isSidecar } from './pod-status.js';

/** A port of the node that a pod takes. */
interface HostPort {
  readonly port: number;
  readonly protocol: string;
  readonly ip: string;
}

const ANY_ADDRESS = '0.0.0.0';

/** The ports of the node that a pod takes. */
export function hostPortsOf({ spec }: Pod): HostPort[] {
  const containers = [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)];
  return containers
    .flatMap(({ ports = [] }) => ports)
    .flatMap(({ hostPort, protocol = 'TCP', hostIP }) =>
      hostPort ? [{ port: hostPort, protocol, ip: hostIP || ANY_ADDRESS }] : [],
    );
}

/** Whether a port is one of the taken ones: those of all addresses conflict with those of each. */
export function isTaken({ port, protocol, ip }: HostPort, taken: readonly HostPort[]): boolean {
  return taken.some(
    (other) =>
      other.port === port &&
      other.protocol === protocol &&
      (other.ip === ip || other.ip === ANY_ADDRESS || ip === ANY_ADDRESS),
  );
}
