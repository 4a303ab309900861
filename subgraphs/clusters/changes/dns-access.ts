import { throwProblem } from '../../../kernel/result.js';
import { parseCidr } from '../model/cidr.rules.js';
import { allowsDns } from '../model/network.rules.js';
import type { SecurityGroupRow } from '../store/network.store.js';
import { rulesOf } from '../store/security-group.store.js';

/**
 * Rejects a security group that blocks pods from the cluster's DNS with `SECURITY_GROUP_RULE_MISSING`. Pods without a
 * pod CIDR (Terway: null) are not checked.
 */
export function rejectGroupWithoutDns(
  group: SecurityGroupRow,
  podCidr: string | null,
  path: readonly string[],
): void {
  const pods = podCidr === null ? undefined : parseCidr(podCidr);
  if (pods === undefined || allowsDns(rulesOf(group), pods)) return;
  const message = `Pods need DNS: add a rule INGRESS UDP 53 from ${pods.text} to ${group.id}.`;
  throwProblem('SECURITY_GROUP_RULE_MISSING', message, { path });
}
