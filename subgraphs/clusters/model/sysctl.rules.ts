import type { Problem } from '../../../kernel/result.js';

/** A kernel parameter of a node. */
export interface Sysctl {
  readonly name: string;
  readonly value: string;
}

interface SysctlRule {
  readonly name: RegExp;
  /** The only value with which the node's network works. */
  readonly needed: string;
  /** Id of the high-risk operation that setting another value performs. */
  readonly risk: string;
  /** A matching parameter that every node has. */
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

/** A kernel parameter of a node with its current and recommended value. */
export interface SysctlValue extends Sysctl {
  readonly recommendedValue: string;
}

/** The kernel parameters of a node: `set` overrides the recommended values. */
export function sysctlValues(set: Readonly<Record<string, string>>): SysctlValue[] {
  const names = new Set([...RULES.map(({ shown }) => shown), ...Object.keys(set)]);
  return [...names].sort().flatMap((name) => {
    const needed = RULES.find((rule) => rule.name.test(name))?.needed;
    return needed === undefined ? [] : [{ name, value: set[name] ?? needed, recommendedValue: needed }];
  });
}

/** The parameters that performing a high-risk operation sets; empty when it sets none. */
export function sysctlsPerformed(operation: string): Record<string, string> {
  const rule = ruleOfRisk(operation);
  return rule ? { [rule.shown]: rule.harmful } : {};
}

/** The parameters to set to remediate a high-risk operation; `set` are the node's current overrides. */
export function sysctlsRemediated(
  operation: string,
  set: Readonly<Record<string, string>>,
): Record<string, string> {
  const rule = ruleOfRisk(operation);
  if (!rule) return {};
  const names = [rule.shown, ...Object.keys(set).filter((name) => rule.name.test(name))];
  return Object.fromEntries(names.map((name) => [name, rule.needed]));
}

function ruleOfRisk(operation: string): SysctlRule | undefined {
  return RULES.find(({ risk }) => risk === operation);
}

/** Normalizes whitespace as the kernel prints it: one space between numbers. */
function normalValue(value: string): string {
  return value.trim().replaceAll(/\s+/g, ' ');
}

/** The effect of setting parameters: which high-risk operations they perform and which they remediate. */
export interface SysctlPlan {
  readonly risks: readonly { readonly operation: string; readonly index: number; readonly needed: string }[];
  readonly remediated: readonly string[];
  readonly problems: readonly Problem[];
}

/** Plans setting parameters on a node; `present` are its current overrides. */
export function planSysctls(
  sysctls: readonly Sysctl[],
  present: Readonly<Record<string, string>>,
): SysctlPlan {
  const found = sysctls.map((sysctl, index) => ({
    sysctl,
    index,
    rule: RULES.find(({ name }) => name.test(sysctl.name)),
  }));
  const recognized = found.flatMap(({ sysctl, index, rule }) => (rule ? [{ sysctl, index, rule }] : []));
  const isNeeded = ({ sysctl, rule }: (typeof recognized)[number]) =>
    normalValue(sysctl.value) === rule.needed;
  const after = { ...present, ...valuesOf(sysctls) };
  // A rule can match several parameters: the risk ends once all of them have the needed value.
  const isOver = ({ name, needed }: SysctlRule) =>
    Object.entries(after).every(([key, value]) => !name.test(key) || value === needed);
  return {
    risks: recognized
      .filter((setting) => !isNeeded(setting))
      .map(({ rule, index }) => ({ operation: rule.risk, index, needed: rule.needed })),
    remediated: [...new Set(recognized.map(({ rule }) => rule))].filter(isOver).map(({ risk }) => risk),
    problems: found.flatMap(({ sysctl: { name }, index, rule }) => {
      const message = rule ? duplicateProblem(sysctls, index) : unknownParameter(name);
      if (message === undefined) return [];
      return [{ code: 'INVALID_INPUT', message, path: ['input', 'sysctls', String(index), 'name'] }];
    }),
  };
}

/** Normalized values by name. */
export function valuesOf(sysctls: readonly Sysctl[]): Record<string, string> {
  return Object.fromEntries(sysctls.map(({ name, value }) => [name, normalValue(value)]));
}

function unknownParameter(name: string): string {
  return `${name} is not set on nodes; see the high-risk operations of the component kernel.`;
}

/** Why a parameter is rejected that an earlier entry sets; undefined when none does. */
function duplicateProblem(sysctls: readonly Sysctl[], index: number): string | undefined {
  const name = sysctls[index]?.name;
  if (sysctls.findIndex((candidate) => candidate.name === name) === index) return undefined;
  return `${name} comes twice; name each parameter once.`;
}
