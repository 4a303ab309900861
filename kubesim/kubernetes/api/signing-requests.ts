import { sameJson } from '../../../kernel/same-json.js';
import type { ClusterContext } from '../cluster/context.js';
import type { Reviewed } from '../cluster/review.js';
import { type RequestForm, statusReplacement, type WriteOptions } from '../cluster/write.js';
import { forbiddenValue, invalidValue } from '../schema/causes.js';
import { signingRequests, type CertificateSigningRequest } from '../kinds/certificates.js';
import { timestamp, type Condition, type Draft, type Json, type KubeObject } from '../kinds/object.js';
import type { Cause, ResourceType } from '../kinds/resource.js';
import { invalid } from '../kinds/status.js';
import { forbiddenObject } from '../rbac/attributes.js';
import { decide } from '../rbac/authorizer.js';
import type { UserInfo } from '../rbac/user-info.js';

/** The request in the name of its user, whatever user the body names. */
export function requestedBy(
  { username, uid, groups, extra }: UserInfo,
  draft: Draft<KubeObject>,
): Draft<KubeObject> {
  const { spec } = draft as unknown as CertificateSigningRequest;
  const user = { username, uid, groups, extra };
  const given = Object.fromEntries(Object.entries(user).filter(([, value]) => value !== undefined));
  const { username: _name, uid: _uid, groups: _groups, extra: _extra, ...asked } = spec ?? {};
  return { ...draft, spec: { ...asked, ...given } } as Draft<KubeObject>;
}

/** A webhook that changes a request does not decide in whose name it is. */
export function requestForm(user: UserInfo): RequestForm {
  return {
    show: (object) => object,
    read: (shown) => requestedBy(user, shown as unknown as KubeObject) as unknown as Json,
  };
}

interface Change extends WriteOptions {
  readonly current: KubeObject;
  readonly next: Draft<KubeObject>;
  readonly user: UserInfo;
}

/** Approves or denies a request, which needs the right to approve those of its signer. Throws ApiError 403 and 422. */
export function approvalReplacement(
  cluster: ClusterContext,
  { current, next, user, ...options }: Change,
): Reviewed<KubeObject> {
  const request = current as CertificateSigningRequest;
  authorizeSigner(cluster, user, 'approve', request);
  const conditions = withTimes(cluster, conditionsOf(next), conditionsOf(current));
  return store(cluster, { request, next, user, ...options }, { ...request.status, conditions });
}

/** Sets the certificate and the conditions of its signer, which needs the right to sign. Throws ApiError 403 and 422. */
export function signingReplacement(
  cluster: ClusterContext,
  { current, next, user, ...options }: Change,
): Reviewed<KubeObject> {
  const request = current as CertificateSigningRequest;
  const { status = {} } = next as unknown as CertificateSigningRequest;
  if (status.certificate !== request.status?.certificate) authorizeSigner(cluster, user, 'sign', request);
  const conditions = withTimes(cluster, conditionsOf(next), conditionsOf(current));
  const causes = approvalCauses(conditions, conditionsOf(current));
  if (causes.length > 0) throw invalid(signingRequests, request.metadata.name, causes);
  return store(cluster, { request, next, user, ...options }, { ...status, conditions });
}

function conditionsOf(object: Draft<KubeObject> | KubeObject): readonly Condition[] {
  return (object as unknown as CertificateSigningRequest).status?.conditions ?? [];
}

type Stored = Omit<Change, 'current'> & { readonly request: CertificateSigningRequest };

function store(
  cluster: ClusterContext,
  { request, next, ...options }: Stored,
  status: NonNullable<CertificateSigningRequest['status']>,
): Reviewed<KubeObject> {
  const causes = conditionCauses(status.conditions ?? [], request.status?.conditions ?? []);
  if (causes.length > 0) throw invalid(signingRequests, request.metadata.name, causes);
  const { labels, annotations, finalizers, managedFields } = next.metadata;
  const metadata = { ...request.metadata, labels, annotations, finalizers, managedFields };
  const changed = { ...request, status, metadata };
  return statusReplacement<KubeObject>(cluster, signingRequests as unknown as ResourceType, {
    current: request,
    next: changed,
    ...options,
  });
}

const APPROVALS = ['Approved', 'Denied'];
const FINAL = [...APPROVALS, 'Failed'];
const FIELD = 'status.conditions';

function conditionCauses(conditions: readonly Condition[], old: readonly Condition[]): Cause[] {
  const has = (list: readonly Condition[], type: string) => list.some((each) => each.type === type);
  const why = 'Approved and Denied conditions are mutually exclusive';
  return [
    ...(APPROVALS.every((type) => has(conditions, type)) ? [invalidValue(FIELD, 'Denied', why)] : []),
    ...FINAL.filter((type) => has(old, type) && !has(conditions, type)).map((type) =>
      forbiddenValue(FIELD, `updates may not remove a condition of type ${JSON.stringify(type)}`),
    ),
  ];
}

/** Whether a request is approved is not part of its status. */
function approvalCauses(conditions: readonly Condition[], old: readonly Condition[]): Cause[] {
  return APPROVALS.flatMap((type) => {
    const [now, before] = [conditions, old].map((list) => list.find((each) => each.type === type));
    if (!now || sameJson(now, before)) return [];
    const what = before ? 'modify' : 'add';
    return [forbiddenValue(FIELD, `updates may not ${what} a condition of type ${JSON.stringify(type)}`)];
  });
}

function withTimes(
  cluster: ClusterContext,
  conditions: readonly Condition[],
  old: readonly Condition[],
): readonly Condition[] {
  const now = timestamp(cluster.clock.now());
  return conditions.map((condition) => {
    const before = old.find(({ type, status }) => type === condition.type && status === condition.status);
    const { lastUpdateTime = now, lastTransitionTime = before?.lastTransitionTime ?? now } = condition;
    return { ...condition, lastUpdateTime, lastTransitionTime };
  });
}

/** Throws ApiError 403 unless the user may approve, or sign, requests to the signer, or to all of its domain. */
function authorizeSigner(
  cluster: ClusterContext,
  user: UserInfo,
  verb: 'approve' | 'sign',
  { metadata: { name }, spec: { signerName = '' } }: CertificateSigningRequest,
): void {
  const { group } = signingRequests;
  const names = [signerName, `${signerName.split('/', 1).join('')}/*`];
  const isAllowed = names.some(
    (each) => decide(cluster, user, { verb, group, resource: 'signers', name: each }).allowed,
  );
  if (isAllowed) return;
  const why = `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`;
  throw forbiddenObject({ group, resource: signingRequests.plural, name }, why);
}
