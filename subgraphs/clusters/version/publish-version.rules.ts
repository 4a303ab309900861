import type { Problem } from '../../../kernel/result.js';
import { compareVersions, minorOf, type VersionPolicy } from './version.rules.js';

const FORM = /^1\.(\d{1,3})\.(\d{1,3})$/;
const PATH = ['input', 'id'];

export interface PublishRequest {
  readonly id: string;
  readonly releasedAt: Date;
}

/**
 * What is wrong with a version that is to be published: only even minor versions are offered, a minor version follows
 * the newest one without a gap, and a patch is newer than those of its minor version.
 */
export function publishProblems(
  { id, releasedAt }: PublishRequest,
  versions: VersionPolicy,
  now: Date,
): Problem[] {
  const wrong = (message: string, path = PATH): Problem[] => [{ code: 'INVALID_INPUT', message, path }];
  const [, minorNumber] = FORM.exec(id) ?? [];
  if (minorNumber === undefined) return wrong('A version is 1.<minor>.<patch>, e.g. 1.36.1.');
  if (Number(minorNumber) % 2 !== 0) return wrong('Only even minor versions are offered, e.g. 1.36.');
  if (releasedAt > now) return wrong('releasedAt is not in the future.', ['input', 'releasedAt']);
  if (versions.has(id))
    return [{ code: 'DUPLICATE_NAME', message: `${id} is in the catalogue already.`, path: PATH }];
  return orderProblems(id, versions).flatMap((message) => wrong(message));
}

function orderProblems(id: string, versions: VersionPolicy): string[] {
  const minor = minorOf(id);
  const newest = versions.newestOf(minor);
  if (newest !== undefined)
    return compareVersions(id, newest) > 0
      ? []
      : [`${id} is not newer than ${newest}, the newest of ${minor}.`];
  const [latest] = versions.all();
  const next = latest && `1.${Number(latest.minor.split('.')[1]) + 2}`;
  return next === undefined || minor === next ? [] : [`The next minor version is ${next}, not ${minor}.`];
}
