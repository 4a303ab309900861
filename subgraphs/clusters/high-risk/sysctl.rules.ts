import type { Problem } from '../../../kernel/result.js';

/** A kernel parameter of a node. */
export interface Sysctl {
  readonly name: string;
  readonly value: string;
}

interface SysctlRule {
  readonly name: RegExp;
  /** The only value with which the network of a node works. */
  readonly needed: string;
  /** The high-risk operation that another value is. */
  readonly risk: string;
  /** A name that every node has. */
  readonly shown: string;
  /** The value that performing the high-risk operation sets. */
  readonly harmful: string;
}

const RULES: readonly SysctlRule[] = [
  {
    name: /^net\.ipv4\.ip_forward$/,
    needed: '1',
    risk: 'network.kernel.1',
    shown: 'net.ipv4.ip_forward',
    harmful: '0',
  },
  {
    name: /^net\.ipv4\.conf\.(all|eth\d{1,2})\.rp_filter$/,
    needed: '0',
    risk: 'network.kernel.2',
    shown: 'net.ipv4.conf.all.rp_filter',
    harmful: '1',
  },
  {
    name: /^net\.ipv4\.tcp_tw_reuse$/,
    needed: '0',
    risk: 'network.kernel.3',
    shown: 'net.ipv4.tcp_tw_reuse',
    harmful: '1',
  },
  {
    name: /^net\.ipv4\.tcp_tw_recycle$/,
    needed: '0',
    risk: 'network.kernel.4',
    shown: 'net.ipv4.tcp_tw_recycle',
    harmful: '1',
  },
  {
    name: /^net\.ipv4\.ip_local_port_range$/,
    needed: '32768 60999',
    risk: 'network.kernel.5',
    shown: 'net.ipv4.ip_local_port_range',
    harmful: '1024 65000',
  },
];

/** A kernel parameter as a node has it. */
export interface SysctlValue extends Sysctl {
  readonly recommendedValue: string;
}

/** The parameters of a node of which these were set; the others have the values with which its network works. */
export function sysctlValues(set: Readonly<Record<string, string>>): SysctlValue[] {
  const names = new Set([...RULES.map(({ shown }) => shown), ...Object.keys(set)]);
  return [...names].sort().flatMap((name) => {
    const needed = RULES.find((rule) => rule.name.test(name))?.needed;
    return needed === undefined ? [] : [{ name, value: set[name] ?? needed, recommendedValue: needed }];
  });
}

/** The parameters that performing or remediating a high-risk operation sets; none for one that sets none. */
export function sysctlsOf(operation: string, done: 'PERFORMED' | 'REMEDIATED'): Record<string, string> {
  const rule = RULES.find(({ risk }) => risk === operation);
  return rule ? { [rule.shown]: done === 'PERFORMED' ? rule.harmful : rule.needed } : {};
}

/** A value as the kernel prints it: one space between numbers. */
export function normalValue(value: string): string {
  return value.trim().replaceAll(/\s+/g, ' ');
}

/** What setting parameters means: which risks are taken, and which are mended by it. */
export interface SysctlPlan {
  readonly risks: readonly { readonly operation: string; readonly index: number; readonly needed: string }[];
  readonly mended: readonly string[];
  readonly problems: readonly Problem[];
}

export function planSysctls(sysctls: readonly Sysctl[]): SysctlPlan {
  const found = sysctls.map((sysctl, index) => ({
    sysctl,
    index,
    rule: RULES.find(({ name }) => name.test(sysctl.name)),
  }));
  const known = found.flatMap(({ sysctl, index, rule }) => (rule ? [{ sysctl, index, rule }] : []));
  const isNeeded = ({ sysctl, rule }: (typeof known)[number]) => normalValue(sysctl.value) === rule.needed;
  return {
    risks: known
      .filter((one) => !isNeeded(one))
      .map(({ rule, index }) => ({ operation: rule.risk, index, needed: rule.needed })),
    mended: known.filter(isNeeded).map(({ rule }) => rule.risk),
    problems: found
      .filter(({ rule }) => !rule)
      .map(({ sysctl, index }) => ({
        code: 'INVALID_INPUT',
        message: `${sysctl.name} is not set on nodes; see the high-risk operations of the component kernel.`,
        path: ['input', 'sysctls', String(index), 'name'],
      })),
  };
}
