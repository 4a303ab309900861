import {
  duplicate,
  forbiddenValue,
  formatCauses,
  invalidValue,
  required,
  unsupported,
} from '../schema/causes.js';
import type { Node, Taint } from './core.js';
import { labelValue, qualifiedName } from './formats.js';
import { rangeCauses } from './network-policy-rules.js';
import type { Cause } from './resource.js';

const FROM_NOTHING = 'except from "" to valid';

/** Validates a new Node, or one that replaces `old`. */
export function nodeCauses({ spec }: Node, old?: Node): Cause[] {
  const { taints = [] } = spec;
  return [
    ...taints.flatMap((taint, index) => taintCauses(taint, index, taints)),
    ...(old ? changedCauses(spec, old.spec) : podRangeCauses(spec)),
  ];
}

function podRangeCauses({ podCIDR, podCIDRs = podCIDR ? [podCIDR] : [] }: Node['spec']): Cause[] {
  const families = podCIDRs.map((range) => range.includes(':'));
  return [
    ...podCIDRs.flatMap((range, index) => rangeCauses(`spec.podCIDRs[${index}]`, range)),
    ...(new Set(families).size < families.length
      ? [invalidValue('spec.podCIDRs', podCIDRs, 'may specify no more than one CIDR for each IP family')]
      : []),
  ];
}

function changedCauses({ podCIDRs = [], providerID }: Node['spec'], old: Node['spec']): Cause[] {
  return [
    ...(old.podCIDRs?.length && old.podCIDRs.join() !== podCIDRs.join()
      ? [forbiddenValue('spec.podCIDRs', `node updates may not change podCIDR ${FROM_NOTHING}`)]
      : []),
    ...(old.providerID && old.providerID !== providerID
      ? [forbiddenValue('spec.providerID', `node updates may not change providerID ${FROM_NOTHING}`)]
      : []),
  ];
}

/** Effects in the order of errors. */
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** API servers report taints under the metadata. */
function taintCauses(taint: Taint, index: number, taints: readonly Taint[]): Cause[] {
  const { key = '', value = '', effect = '' }: Partial<Taint> = taint;
  const path = `metadata.taints[${index}]`;
  const isTwice = taints
    .slice(0, index)
    .some((other) => other.key === taint.key && other.effect === taint.effect);
  const problems = labelValue(value);
  const twice = duplicate(path, taint);
  return [
    ...formatCauses(`${path}.key`, key, qualifiedName),
    ...(problems.length > 0 ? [invalidValue(`${path}.value`, value, problems.join(';'))] : []),
    ...(effect === '' ? [required(`${path}.effect`)] : []),
    ...(effect === '' || EFFECTS.includes(effect) ? [] : [unsupported(`${path}.effect`, effect, EFFECTS)]),
    ...(isTwice
      ? [{ ...twice, message: `${twice.message}: taints must be unique by key and effect pair` }]
      : []),
  ];
}
