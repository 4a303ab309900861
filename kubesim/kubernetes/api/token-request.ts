import { z } from 'zod';
import { issueToken, type RequestedToken } from '../cluster/service-account-token.js';
import { invalidValue } from '../schema/causes.js';
import { secrets, serviceAccounts } from '../kinds/configuration.js';
import type { Pod, ServiceAccount } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import { type KubeObject, timestamp } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import type { Cause, ResourceType } from '../kinds/resource.js';
import { badRequest, conflict, invalid, notFound } from '../kinds/status.js';
import { API_AUDIENCE } from '../../service-account-tokens.js';
import { bodyOf } from './body.js';
import type { ApiCall, ApiResponse } from './call.js';
import type { Target } from './path.js';
import { objectOf } from './read.js';
import { reviewed, subresourceCreation } from './reviewed-writes.js';

const GROUP_VERSION = 'authentication.k8s.io/v1';
const KIND = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
const names = { group: 'authentication.k8s.io', kind: 'TokenRequest', plural: 'TokenRequest' };
const type = { ...names, id: 'TokenRequest.authentication.k8s.io' };

const requestSchema = z.object({
  metadata: z
    .object({ name: z.string().nullish(), namespace: z.string().nullish(), uid: z.string().nullish() })
    .nullish(),
  spec: z
    .object({
      audiences: z.array(z.string()).nullish(),
      expirationSeconds: z.number().int().nullish(),
      boundObjectRef: z
        .object({
          apiVersion: z.string().nullish(),
          kind: z.string().nullish(),
          name: z.string().nullish(),
          uid: z.string().nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

type TokenRequest = z.infer<typeof requestSchema>;
type BoundReference = NonNullable<NonNullable<TokenRequest['spec']>['boundObjectRef']>;

/** Seconds from which and up to which a token may be valid. */
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;

/** Issues a token of a service account, as for `kubectl create token`. Throws ApiError. */
export async function createToken(call: ApiCall, target: Target): Promise<ApiResponse> {
  const { object } = checked(call, target, await bodyOf(call, KIND.kind));
  const admitted = await reviewed(call, subresourceCreation(call, target, { object, kind: KIND }));
  // Webhooks may have changed the request, and the account may have been replaced meanwhile.
  const { account, spec } = checked(call, target, admitted);
  const { name, namespace, uid } = account.metadata;
  const { boundObjectRef, audiences, expirationSeconds } = spec;
  const boundTo = boundObjectRef ? boundObject(call, account, boundObjectRef) : undefined;
  const token = issueToken(call.cluster, { account, audiences, expirationSeconds, boundTo });
  const now = call.cluster.clock.now();
  const expirationTimestamp = timestamp(new Date(now.getTime() + expirationSeconds * 1000));
  return {
    status: 201,
    body: {
      kind: 'TokenRequest',
      apiVersion: GROUP_VERSION,
      metadata: { name, namespace, uid, creationTimestamp: timestamp(now) },
      spec: { audiences, expirationSeconds, boundObjectRef },
      status: { token, expirationTimestamp },
    },
  };
}

interface CheckedRequest {
  readonly account: ServiceAccount;
  readonly spec: ReturnType<typeof withDefaults>;
  /** The request as policies and webhooks get it. */
  readonly object: KubeObject;
}

/** Parses and checks a request for a token. Throws ApiError. */
function checked(call: ApiCall, target: Target, body: unknown): CheckedRequest {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) throw badRequest(`TokenRequest: ${z.prettifyError(parsed.error)}`);
  const { metadata } = parsed.data;
  checkMetadata(target, metadata);
  const account = objectOf(call, target) as ServiceAccount;
  checkUid(account, metadata);
  const spec = withDefaults(parsed.data.spec);
  const causes = expirationCauses(spec.expirationSeconds);
  if (causes.length > 0) throw invalid(type, '', causes);
  const { name, namespace, uid } = account.metadata;
  const creationTimestamp = timestamp(call.cluster.clock.now());
  const object = {
    ...{ kind: KIND.kind, apiVersion: GROUP_VERSION },
    ...{ metadata: { name, namespace, uid, creationTimestamp }, spec },
  };
  return { account, spec, object: object as unknown as KubeObject };
}

function withDefaults(spec: TokenRequest['spec']) {
  const { audiences, expirationSeconds, boundObjectRef } = spec ?? {};
  return {
    audiences: audiences?.length ? audiences : [API_AUDIENCE],
    expirationSeconds: expirationSeconds ?? 3600,
    boundObjectRef: boundObjectRef ?? null,
  };
}

function checkUid({ metadata: { name, uid } }: ServiceAccount, metadata: TokenRequest['metadata']): void {
  if (!metadata?.uid || metadata.uid === uid) return;
  const why = `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`;
  throw conflict(type, name, why);
}

function checkMetadata({ name = '', namespace }: Target, metadata: TokenRequest['metadata']): void {
  for (const [field, expected] of [
    ['name', name],
    ['namespace', namespace],
  ] as const) {
    const value = metadata?.[field];
    if (!value || value === expected) continue;
    const rule = `must match the service account ${field} if specified`;
    throw invalid(type, name, [invalidValue(`metadata.${field}`, value, rule)]);
  }
}

function expirationCauses(seconds: number): Cause[] {
  const field = 'spec.expirationSeconds';
  if (seconds < MIN_SECONDS)
    return [invalidValue(field, seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > MAX_SECONDS)
    return [invalidValue(field, seconds, 'may not specify a duration larger than 2^32 seconds')];
  return [];
}

/** The object to which a token is bound. Throws ApiError if there is none, or the account may not use it. */
function boundObject(
  { cluster: { store } }: ApiCall,
  { metadata }: ServiceAccount,
  { apiVersion, kind, name: boundName, uid }: BoundReference,
): NonNullable<RequestedToken['boundTo']> {
  const { namespace = '', name } = metadata;
  const bound = [
    { type: pods, scope: namespace },
    { type: nodes, scope: '' },
    { type: secrets, scope: namespace },
  ].find((each) => each.type.kind === kind && apiVersion === 'v1');
  if (!bound)
    throw badRequest(`cannot bind token to object of type /${apiVersion ?? ''}, Kind=${kind ?? ''}`);
  const object = store.get(bound.type as typeof serviceAccounts, bound.scope, boundName ?? '');
  if (!object) throw notFound(bound.type, boundName ?? '');
  checkBound(bound.type, object, { accountName: name, uid });
  return { type: bound.type.plural as 'pods' | 'nodes' | 'secrets', object };
}

/** Throws ApiError if the object is another one, or a pod of another service account. */
function checkBound(
  boundType: ResourceType,
  { metadata: { name, uid }, ...object }: KubeObject,
  expected: { readonly accountName: string; readonly uid: string | null | undefined },
): void {
  const { accountName } = expected;
  if (boundType.id === pods.id && (object as unknown as Pod).spec.serviceAccountName !== accountName)
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(accountName)} to pod running with different serviceaccount name.`,
    );
  if (!expected.uid || expected.uid === uid) return;
  const { kind } = boundType;
  const why = `the UID in the bound object reference (${expected.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  throw conflict({ ...boundType, id: kind, plural: kind }, name, why);
}
