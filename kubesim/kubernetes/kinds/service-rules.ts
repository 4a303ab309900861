import { duplicate, forbiddenValue, immutable, invalidValue, required } from './causes.js';
import { isLabel } from './container-rules.js';
import type { Service, ServicePort } from './core.js';
import type { Cause } from './resource.js';

const ADDRESS = 'spec.clusterIPs[0]';
const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Validates a new Service, or one that replaces `old`. */
export function serviceCauses(service: Service, old?: Service): Cause[] {
  if (service.spec.type === 'ExternalName') return externalNameCauses(service);
  return [...portsCauses(service), ...addressCauses(service, old)];
}

function externalNameCauses({ spec: { externalName } }: Service): Cause[] {
  const field = 'spec.externalName';
  if (!externalName) return [required(field)];
  return DNS_NAME.test(externalName.replace(/\.$/, ''))
    ? []
    : [invalidValue(field, externalName, 'a lowercase RFC 1123 subdomain is needed')];
}

function portsCauses({ spec: { ports = [], clusterIP, type } }: Service): Cause[] {
  if (ports.length === 0) return clusterIP === 'None' ? [] : [required('spec.ports')];
  const isInternal = type === 'ClusterIP';
  return ports.flatMap((port, index) => {
    const path = `spec.ports[${index}]`;
    const isTwice = ports.findIndex((other) => isSamePort(other, port)) < index;
    return [
      ...portCauses(port, path, ports.length),
      ...(isInternal && port.nodePort
        ? [forbiddenValue(`${path}.nodePort`, "may not be used when `type` is 'ClusterIP'")]
        : []),
      ...(isTwice ? [duplicate(path, { protocol: port.protocol, port: port.port })] : []),
    ];
  });
}

function isSamePort(one: ServicePort, other: ServicePort): boolean {
  return one.port === other.port && one.protocol === other.protocol;
}

function portCauses({ name, port }: ServicePort, path: string, count: number): Cause[] {
  const causes: Cause[] = [];
  if (!name && count > 1) causes.push(required(`${path}.name`));
  if (name && !isLabel(name))
    causes.push(invalidValue(`${path}.name`, name, 'a lowercase RFC 1123 label is needed'));
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    causes.push(invalidValue(`${path}.port`, port, 'must be between 1 and 65535, inclusive'));
  return causes;
}

function addressCauses({ spec: { clusterIP, type } }: Service, old?: Service): Cause[] {
  if (clusterIP === 'None' && (type === 'NodePort' || type === 'LoadBalancer'))
    return [invalidValue(ADDRESS, clusterIP, `may not be set to 'None' for ${type} services`)];
  const before = old?.spec.clusterIP;
  return before && clusterIP !== before ? [immutable(ADDRESS, clusterIP)] : [];
}
