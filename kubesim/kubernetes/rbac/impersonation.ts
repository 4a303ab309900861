import type { IncomingMessage } from 'node:http';
import { badRequest } from '../kinds/status.js';
import type { ResourceAttributes } from './attributes.js';
import { type AuthorizedCluster, authorize } from './authorizer.js';
import { ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, type UserInfo } from './user-info.js';

/** Content of the headers `Impersonate-…`. */
interface Impersonation {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

const EXTRA = 'impersonate-extra-';
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
const AUTHENTICATION = 'authentication.k8s.io';

/**
 * The effective user of a request: the requester or, with `Impersonate-…` headers, the impersonated user. Throws ApiError
 * 403, with the message of an API server, if the requester may not impersonate; 400 without a user.
 */
export function effectiveUser(
  cluster: AuthorizedCluster,
  requester: UserInfo,
  { headersDistinct }: Pick<IncomingMessage, 'headersDistinct'>,
): UserInfo {
  const impersonation = readImpersonation(headersDistinct);
  if (!impersonation) return requester;
  for (const attributes of impersonatedAttributes(impersonation))
    authorize(cluster, requester, { ...attributes, verb: 'impersonate' });
  const { user, groups, uid, extra } = impersonation;
  return {
    username: user,
    groups: groupsOf(user, groups),
    ...(uid && { uid }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function readImpersonation(headers: IncomingMessage['headersDistinct']): Impersonation | undefined {
  const values = (name: string) => (headers[`impersonate-${name}`] ?? []).map(utf8);
  const [[user = ''], groups, [uid = '']] = [values('user'), values('group'), values('uid')];
  const extra = extraIn(headers);
  if (user !== '') return { user, groups, uid, extra };
  if (groups.length === 0 && uid === '' && Object.keys(extra).length === 0) return undefined;
  const info = `Name:"", UID:${JSON.stringify(uid)}, Groups:${goTexts(groups)}, Extra:${goExtra(extra)}`;
  throw badRequest(`requested &user.DefaultInfo{${info}} without impersonating a user name`);
}

/** Node.js reads each byte of a header as a character; clients write UTF-8. */
function utf8(value: string): string {
  return Buffer.from(value, 'latin1').toString();
}

/** How Go prints a list of texts. */
function goTexts(texts: readonly string[]): string {
  const list = texts.map((text) => JSON.stringify(text)).join(', ');
  return texts.length === 0 ? '[]string(nil)' : `[]string{${list}}`;
}

function goExtra(extra: Impersonation['extra']): string {
  const entries = Object.entries(extra)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, values]) => `${JSON.stringify(key)}:${goTexts(values)}`);
  return `map[string][]string${entries.length === 0 ? '(nil)' : `{${entries.join(', ')}}`}`;
}

function extraIn(headers: IncomingMessage['headersDistinct']): Impersonation['extra'] {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(EXTRA))
      .map(([name, values = []]) => [decodeKey(name.slice(EXTRA.length)), values.map(utf8)]),
  );
}

/** Decodes a percent-encoded key; a malformed key is returned unchanged. */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** The attributes to authorize, for each impersonated user, group, uid and extra value. */
function impersonatedAttributes({
  user,
  groups,
  uid,
  extra,
}: Impersonation): Omit<ResourceAttributes, 'verb'>[] {
  const [, namespace, name] = SERVICE_ACCOUNT.exec(user) ?? [];
  return [
    namespace === undefined
      ? { group: '', resource: 'users', name: user }
      : { group: '', resource: 'serviceaccounts', namespace, name },
    ...groups.map((group) => ({ group: '', resource: 'groups', name: group })),
    ...(uid === '' ? [] : [{ group: AUTHENTICATION, resource: 'uids', name: uid }]),
    ...Object.entries(extra).flatMap(([subresource, values]) =>
      values.map((value) => ({ group: AUTHENTICATION, resource: 'userextras', subresource, name: value })),
    ),
  ];
}

function groupsOf(user: string, requested: readonly string[]): readonly string[] {
  const [, namespace] = SERVICE_ACCOUNT.exec(user) ?? [];
  const own =
    requested.length > 0 || namespace === undefined
      ? requested
      : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  if (own.includes(AUTHENTICATED) || own.includes(UNAUTHENTICATED)) return own;
  return [...own, user === ANONYMOUS ? UNAUTHENTICATED : AUTHENTICATED];
}
