import { invalidValue } from '../../schema/causes.js';
import type { Cause } from '../../kinds/resource.js';

type Level = 'privileged' | 'baseline' | 'restricted';

/** A level as one minor version of Kubernetes defines it. */
export interface LevelVersion {
  readonly level: Level;
  readonly minor: number;
  /** As in messages: `baseline:latest`. */
  readonly text: string;
}

/** The levels of a namespace. */
export interface SecurityPolicy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
}

const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const PREFIX = 'pod-security.kubernetes.io/';
const VERSION = /^(?:latest|v1\.(0|[1-9]\d{0,5}))$/;

type Labels = Readonly<Record<string, string>>;
type Mode = keyof SecurityPolicy;

/** How strict a level is; more is stricter. */
export function strictness({ level }: LevelVersion): number {
  return LEVELS.indexOf(level);
}

/** The levels that the labels of a namespace demand; an invalid one is enforced as restricted and else ignored. */
export function policyOf(labels: Labels, latest: number): SecurityPolicy {
  const enforce = read(labels, 'enforce', latest);
  const audit = read(labels, 'audit', latest);
  const warn = read(labels, 'warn', latest);
  const level = labels[`${PREFIX}enforce`];
  const warnsOfEnforced =
    labels[`${PREFIX}warn`] === undefined && isLevel(level) && strictness(enforce) > strictness(warn);
  if (!warnsOfEnforced) return { enforce, audit, warn };
  const version = labels[`${PREFIX}warn-version`] === undefined ? enforce : warn;
  return {
    enforce,
    audit,
    warn: levelVersion(enforce.level, version.text.split(':')[1] ?? 'latest', latest),
  };
}

function isLevel(text: string | undefined): text is Level {
  return LEVELS.includes(text as Level);
}

function read(labels: Labels, mode: Mode, latest: number): LevelVersion {
  const text = labels[`${PREFIX}${mode}`] ?? 'privileged';
  const invalid = mode === 'enforce' ? 'restricted' : 'privileged';
  const version = labels[`${PREFIX}${mode}-version`] ?? 'latest';
  return levelVersion(isLevel(text) ? text : invalid, VERSION.test(version) ? version : 'latest', latest);
}

function levelVersion(level: Level, version: string, latest: number): LevelVersion {
  const minor = VERSION.exec(version)?.[1];
  return {
    level,
    minor: minor === undefined ? latest : Math.min(Number(minor), latest),
    text: `${level}:${version}`,
  };
}

/** Validates the labels of a namespace. */
export function policyCauses(labels: Labels): Cause[] {
  return (['enforce', 'audit', 'warn'] as const).flatMap((mode) => {
    const level = labels[`${PREFIX}${mode}`];
    const version = labels[`${PREFIX}${mode}-version`];
    return [
      ...(level === undefined || isLevel(level)
        ? []
        : [labelCause(mode, level, `must be one of ${LEVELS.join(', ')}`)]),
      ...(version === undefined || VERSION.test(version)
        ? []
        : [labelCause(`${mode}-version`, version, 'must be "latest" or "v1.x"')]),
    ];
  });
}

function labelCause(name: string, value: string, reason: string): Cause {
  return invalidValue(`metadata.labels[${PREFIX}${name}]`, value, reason);
}
