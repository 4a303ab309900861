import { throwProblem } from '../../../kernel/result.js';
import { parseCidr } from '../model/cidr.rules.js';
import { allowsDns } from '../model/network.rules.js';
import type { SecurityGroupRow } from '../store/network.store.js';
import { rulesOf } from '../store/security-group.store.js';

/**
 * Refuses `SECURITY_GROUP_RULE_MISSING` for a security group that keeps pods from the DNS of their cluster. Pods without
 * a range of their own (Terway: null) are not checked.
 */
export function refuseGroupWithoutDns(
  group: SecurityGroupRow,
  podCidr: string | null,
  path: readonly string[],
): void {
  const pods = podCidr === null ? undefined : parseCidr(podCidr);
  if (pods === undefined || allowsDns(rulesOf(group), pods)) return;
  const message = `Pods need DNS: add a rule INGRESS UDP 53 from ${pods.text} to ${group.id}.`;
  throwProblem('SECURITY_GROUP_RULE_MISSING', message, { path });
}
