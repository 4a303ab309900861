import type { Problem } from '../../../kernel/result.js';
import { compareVersions, minorOf, type VersionPolicy } from './version.rules.js';

const VERSION_PATTERN = /^1\.(\d{1,3})\.(\d{1,3})$/;
const PATH = ['input', 'id'];

export interface PublishRequest {
  readonly id: string;
  readonly releasedAt: Date;
}

/**
 * Validates a version to publish: only even minor versions exist, a minor version must directly follow the newest
 * one, and a patch must be newer than the other patches of its minor version.
 */
export function publishProblems(
  { id, releasedAt }: PublishRequest,
  versions: VersionPolicy,
  now: Date,
): Problem[] {
  const wrong = (message: string, path = PATH): Problem[] => [{ code: 'INVALID_INPUT', message, path }];
  const [, minorNumber] = VERSION_PATTERN.exec(id) ?? [];
  if (minorNumber === undefined) return wrong('A version is 1.<minor>.<patch>, e.g. 1.36.1.');
  if (Number(minorNumber) % 2 !== 0) return wrong('Only even minor versions are offered, e.g. 1.36.');
  if (releasedAt > now) return wrong('releasedAt is not in the future.', ['input', 'releasedAt']);
  if (versions.has(id))
    return [{ code: 'DUPLICATE_NAME', message: `${id} is in the catalog already.`, path: PATH }];
  const disorder = orderProblems(id, versions);
  if (disorder.length > 0) return disorder.flatMap((message) => wrong(message));
  return dateProblems({ id, releasedAt }, versions).flatMap((message) =>
    wrong(message, ['input', 'releasedAt']),
  );
}

/** A version expires when its successor is released, so it must not be older than its predecessor. */
function dateProblems({ id, releasedAt }: PublishRequest, versions: VersionPolicy): string[] {
  const all = versions.all();
  const firstOfLatest = all.findLast(({ minor }) => minor === all[0]?.minor)?.id;
  const before = versions.newestOf(minorOf(id)) ?? firstOfLatest;
  const date = before === undefined ? null : versions.releasedAt(before);
  if (date === null || releasedAt >= date) return [];
  return [`releasedAt is not before ${date.toISOString()}, when ${before} was released.`];
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

/** The release notes of a version to publish. */
export interface NotesRequest {
  readonly id: string;
  readonly changes?: readonly string[] | null;
  readonly removedApis?: readonly ApiForm[] | null;
}

interface ApiForm {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
  readonly replacement?: string | null;
}

const MAX_CHANGES = 50;
const MAX_TEXT = 500;
const MAX_APIS = 100;
const GROUP = '[a-z0-9]([-a-z0-9.]{0,250}[a-z0-9])?';
const VERSION = 'v[1-9]\\d?((alpha|beta)[1-9]\\d?)?';
const API_PATTERNS: readonly (readonly [keyof ApiForm, RegExp, string])[] = [
  ['group', new RegExp(`^${GROUP}$`), 'batch'],
  ['version', new RegExp(`^${VERSION}$`), 'v1beta1'],
  ['kind', /^[A-Z][A-Za-z0-9]{0,62}$/, 'CronJob'],
  ['resource', /^[a-z][a-z0-9]{0,62}$/, 'cronjobs'],
  ['replacement', new RegExp(`^(${GROUP}/)?${VERSION}$`), 'batch/v1'],
];

/** Validates the release notes of a version; a patch removes no APIs. */
export function notesProblems(
  { id, changes, removedApis }: NotesRequest,
  versions: VersionPolicy,
): Problem[] {
  const wrong = (path: readonly string[], message: string): Problem => ({
    code: 'INVALID_INPUT',
    message,
    path: ['input', ...path],
  });
  const texts = changes ?? [];
  const apis = removedApis ?? [];
  const long = texts.some((text) => text.trim() === '' || text.length > MAX_TEXT);
  return [
    ...(texts.length > MAX_CHANGES || long
      ? [wrong(['changes'], `At most ${MAX_CHANGES} changes of 1 to ${MAX_TEXT} characters.`)]
      : []),
    ...(apis.length > MAX_APIS ? [wrong(['removedApis'], `At most ${MAX_APIS} APIs.`)] : []),
    ...(apis.length > 0 && versions.newestOf(minorOf(id)) !== undefined
      ? [
          wrong(
            ['removedApis'],
            `${id} is a patch of a minor version that is there already: it takes no API away.`,
          ),
        ]
      : []),
    ...apis.flatMap((api, index) =>
      API_PATTERNS.filter(([field, form]) => api[field] != null && !form.test(api[field])).map(
        ([field, , example]) =>
          wrong(['removedApis', String(index), field], `${field} looks like ${example}.`),
      ),
    ),
  ];
}
