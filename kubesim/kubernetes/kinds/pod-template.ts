import { invalidValue } from './causes.js';
import type { Container, PodSpec, PodTemplate } from './core.js';
import { quantity } from './quantity.js';
import type { Cause } from './resource.js';

/** A pod template that has a list of containers. The defaults of its types come from the schema. */
export function completeTemplate(template: PodTemplate | undefined): PodTemplate {
  return { ...template, spec: completeSpec(template?.spec) };
}

/** A pod's spec that has a list of containers. */
export function completeSpec(spec: PodSpec | undefined): PodSpec {
  return { ...spec, containers: spec?.containers ?? [] };
}

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Maximum number of containers of a pod. The kubelet reports each separately; 20,000 would block the simulation. */
const MAX_CONTAINERS = 250;

/** Validates a pod's spec at `path`. */
export function podSpecCauses(spec: PodSpec, path: string): Cause[] {
  const count = spec.containers.length + (spec.initContainers?.length ?? 0);
  if (count > MAX_CONTAINERS) {
    const message = `Too many: ${count}: must have at most ${MAX_CONTAINERS} items`;
    return [{ field: `${path}.containers`, reason: 'FieldValueTooMany', message }];
  }
  if (spec.containers.length === 0) {
    return [{ field: `${path}.containers`, reason: 'FieldValueRequired', message: 'Required value' }];
  }
  return spec.containers.flatMap((container, index) =>
    containerCauses(container, `${path}.containers[${index}]`),
  );
}

function containerCauses(container: Container, path: string): Cause[] {
  const causes: Cause[] = [];
  if (!container.name) {
    causes.push({ field: `${path}.name`, reason: 'FieldValueRequired', message: 'Required value' });
  } else if (!NAME.test(container.name) || container.name.length > 63) {
    causes.push(invalidValue(`${path}.name`, container.name, 'a lowercase RFC 1123 label is needed'));
  }
  if (!container.image) {
    causes.push({ field: `${path}.image`, reason: 'FieldValueRequired', message: 'Required value' });
  }
  return [...causes, ...resourceCauses(container, `${path}.resources`)];
}

function resourceCauses({ resources }: Container, path: string): Cause[] {
  const { requests = {}, limits = {} } = resources ?? {};
  const tooMuch = Object.entries(requests).flatMap(([name, amount]) => {
    const limit = limits[name];
    if (limit === undefined || !(quantity(amount) > quantity(limit))) return [];
    return [
      invalidValue(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`),
    ];
  });
  return [
    ...amountCauses(requests, `${path}.requests`),
    ...amountCauses(limits, `${path}.limits`),
    ...tooMuch,
  ];
}

function amountCauses(amounts: Readonly<Record<string, string>>, path: string): Cause[] {
  return Object.entries(amounts)
    .filter(([, amount]) => !(quantity(amount) >= 0))
    .map(([name, amount]) =>
      invalidValue(`${path}[${name}]`, amount, 'must be a quantity, greater than or equal to 0'),
    );
}
