import { randomUUID } from 'node:crypto';
import { type AdmissionRequest, kindOf, resourceOf } from '../cluster/policies/request.js';
import { isJson, type Json } from '../kinds/object.js';
import type { Invocation } from './invocation.js';

const GROUP = 'admission.k8s.io';
const VERSIONS = ['v1', 'v1beta1'];

/** The question to a webhook. */
export interface Question {
  readonly uid: string;
  readonly apiVersion: string;
  readonly review: Json;
}

/** The AdmissionReview of a request in the first version that the webhook understands. */
export function questionOf(invocation: Invocation, request: AdmissionRequest): Question {
  const { webhook, kind, resource, convert } = invocation;
  const uid = randomUUID();
  const version = webhook.admissionReviewVersions?.find((each) => VERSIONS.includes(each)) ?? 'v1';
  const apiVersion = `${GROUP}/${version}`;
  const { attributes, object, old, operation, subresource, user, dryRun } = request;
  const requestResource = resourceOf(request);
  return {
    uid,
    apiVersion,
    review: {
      kind: 'AdmissionReview',
      apiVersion,
      request: {
        uid,
        kind,
        resource: named(resource),
        ...(subresource && { subResource: subresource }),
        requestKind: kindOf(request),
        requestResource: named(requestResource),
        ...(subresource && { requestSubResource: subresource }),
        ...addressOf(attributes),
        operation,
        userInfo: user,
        object: object ? convert(object) : null,
        oldObject: old ? convert(old) : null,
        dryRun,
        options: attributes?.options ?? null,
      },
    },
  };
}

/** Name and namespace, if they are known. */
function addressOf({ name, namespace }: Partial<NonNullable<AdmissionRequest['attributes']>> = {}) {
  return { ...(name && { name }), ...(namespace && { namespace }) };
}

function named({ group, version, plural }: Invocation['resource']) {
  return { group, version, resource: plural };
}

/** What a webhook has decided. */
export interface Decision {
  readonly allowed: boolean;
  readonly status: Json | undefined;
  readonly warnings: readonly string[];
  /** Text of a JSON patch. */
  readonly patch: string | undefined;
}

/** The answer is none to the question. */
export class InvalidAnswerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidAnswerError';
  }
}

/** The decision of an answer. Throws InvalidAnswerError. */
export function decisionOf({ uid, apiVersion }: Question, answer: Json, mutates: boolean): Decision {
  const { response } = answer;
  if (!isJson(response)) throw new InvalidAnswerError('webhook response was absent');
  if (apiVersion === `${GROUP}/v1`) {
    if (response['uid'] !== uid) {
      const got = JSON.stringify(textOf(response['uid']));
      throw new InvalidAnswerError(`expected response.uid=${JSON.stringify(uid)}, got ${got}`);
    }
    if (answer['apiVersion'] !== apiVersion || answer['kind'] !== 'AdmissionReview') {
      const got = kindText(textOf(answer['apiVersion']), textOf(answer['kind']));
      const expected = kindText(apiVersion, 'AdmissionReview');
      throw new InvalidAnswerError(`expected webhook response of ${expected}, got ${got}`);
    }
    checkPatch(response, mutates);
  }
  const { status, warnings } = response;
  return {
    allowed: response['allowed'] === true,
    status: isJson(status) ? status : undefined,
    warnings: Array.isArray(warnings) ? warnings.map(textOf) : [],
    patch: mutates ? patchOf(response) : undefined,
  };
}

/** Group, version and kind as Go prints them: `/v1, Kind=Pod`. */
function kindText(apiVersion: string, kind: string): string {
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function checkPatch({ patch, patchType }: Json, mutates: boolean): void {
  const problem = patchProblem({
    hasPatch: typeof patch === 'string' && patch !== '',
    hasType: typeof patchType === 'string',
    mutates,
  });
  if (problem) throw new InvalidAnswerError(problem);
  if (patchType === '') throw new InvalidAnswerError('webhook returned invalid response.patchType of ""');
}

interface PatchParts {
  readonly hasPatch: boolean;
  readonly hasType: boolean;
  readonly mutates: boolean;
}

function patchProblem({ hasPatch, hasType, mutates }: PatchParts): string | undefined {
  if (!mutates && hasPatch) return 'validating webhook may not return response.patch';
  if (!mutates && hasType) return 'validating webhook may not return response.patchType';
  if (hasPatch === hasType) return undefined;
  const [returned, absent] = hasPatch ? ['patch', 'patchType'] : ['patchType', 'patch'];
  return `webhook returned response.${returned} but not response.${absent}`;
}

function patchOf({ patch, patchType }: Json): string | undefined {
  if (typeof patch !== 'string' || patch === '') return undefined;
  if (typeof patchType === 'string' && patchType !== 'JSONPatch')
    throw new InvalidAnswerError(`unsupported patch type ${JSON.stringify(patchType)}`);
  return Buffer.from(patch, 'base64').toString();
}
