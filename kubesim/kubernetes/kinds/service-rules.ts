import { duplicate, forbiddenValue, formatCauses, immutable, invalidValue, required } from './causes.js';
import type { Service, ServicePort } from './core.js';
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from './formats.js';
import { labelCauses } from './metadata-rules.js';
import { portCauses as targetCauses } from './probe-rules.js';
import type { Cause } from './resource.js';

const ADDRESS = 'spec.clusterIPs[0]';
type Port = ServicePort & { readonly appProtocol?: string };

/** Validates a new Service, or one that replaces `old`. */
export function serviceCauses(service: Service, old?: Service): Cause[] {
  if (service.spec.type === 'ExternalName') return externalNameCauses(service);
  return [
    ...portsCauses(service),
    ...labelCauses('spec.selector', service.spec.selector),
    ...addressCauses(service, old),
  ];
}

function externalNameCauses({ spec: { externalName } }: Service): Cause[] {
  const field = 'spec.externalName';
  if (!externalName) return [required(field)];
  return formatCauses(field, externalName.replace(/\.$/, ''), dnsSubdomain);
}

function portsCauses({ spec: { ports = [], clusterIP, type } }: Service): Cause[] {
  if (ports.length === 0) return clusterIP === 'None' ? [] : [required('spec.ports')];
  const isInternal = type === 'ClusterIP';
  return ports.flatMap((port, index) => {
    const path = `spec.ports[${index}]`;
    const isTwice = ports.findIndex((other) => isSamePort(other, port)) < index;
    const isNamedTwice = !!port.name && ports.findIndex(({ name }) => name === port.name) < index;
    return [
      ...portCauses(port, path, ports.length),
      ...(isInternal && port.nodePort
        ? [forbiddenValue(`${path}.nodePort`, "may not be used when `type` is 'ClusterIP'")]
        : []),
      ...(isNamedTwice ? [duplicate(`${path}.name`, port.name)] : []),
      ...(isTwice ? [duplicate(path, { protocol: port.protocol, port: port.port })] : []),
    ];
  });
}

function isSamePort(one: ServicePort, other: ServicePort): boolean {
  return one.port === other.port && one.protocol === other.protocol;
}

function portCauses(port: Port, path: string, count: number): Cause[] {
  const { name, targetPort, appProtocol } = port;
  const target = targetPort ?? port.port;
  return [
    ...(!name && count > 1 ? [required(`${path}.name`)] : []),
    ...(name ? formatCauses(`${path}.name`, name, dnsLabel) : []),
    ...portNumber(port.port).map((why) => invalidValue(`${path}.port`, port.port, why)),
    ...targetCauses(target, `${path}.targetPort`),
    ...(appProtocol === undefined ? [] : formatCauses(`${path}.appProtocol`, appProtocol, qualifiedName)),
  ];
}

function addressCauses({ spec: { clusterIP, type } }: Service, old?: Service): Cause[] {
  if (clusterIP === 'None' && (type === 'NodePort' || type === 'LoadBalancer'))
    return [invalidValue(ADDRESS, clusterIP, `may not be set to 'None' for ${type} services`)];
  const before = old?.spec.clusterIP;
  return before && clusterIP !== before ? [immutable(ADDRESS, clusterIP)] : [];
}
