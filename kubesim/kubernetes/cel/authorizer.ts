import type { Environment } from '@marcbachmann/cel-js';
import { spend } from './running-budget.js';

/** What an expression asks for: a path, or a resource. */
type AuthorizationCheck =
  | { readonly verb: string; readonly path: string }
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource?: string;
      readonly namespace?: string;
      readonly name?: string;
    };

/** Decides about the rights of one user. */
export interface Authorization {
  decide(check: AuthorizationCheck): { readonly allowed: boolean; readonly reason?: string };
  /** The rights of a service account. */
  ofServiceAccount(namespace: string, name: string): Authorization;
}

/** The resource of a request. */
export interface RequestedResource {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** The type of the variable `authorizer`. */
export const AUTHORIZER = 'kubernetes.authorization.Authorizer';
const PATH_CHECK = 'kubernetes.authorization.PathCheck';
const GROUP_CHECK = 'kubernetes.authorization.GroupCheck';
const RESOURCE_CHECK = 'kubernetes.authorization.ResourceCheck';
const DECISION = 'kubernetes.authorization.Decision';

/** Steps of a decision, as API servers count them: an expression may ask for two. A request may for 25. */
const STEPS = { ofExpression: 35_000, ofRequest: 20_000 };

/** The value of the variable `authorizer`. */
export class Authorizer {
  readonly requestResource: ResourceCheck | undefined;

  constructor(
    readonly authorization: Authorization,
    requested?: RequestedResource,
  ) {
    this.requestResource = requested && new ResourceCheck(authorization, requested);
  }
}

class PathCheck {
  constructor(
    readonly authorization: Authorization,
    readonly path: string,
  ) {}
}

class GroupCheck {
  constructor(
    readonly authorization: Authorization,
    readonly group: string,
  ) {}
}

class ResourceCheck {
  constructor(
    readonly authorization: Authorization,
    readonly of: Omit<RequestedResource, 'subresource' | 'namespace' | 'name'> & Partial<RequestedResource>,
  ) {}

  with(more: Partial<RequestedResource>): ResourceCheck {
    return new ResourceCheck(this.authorization, { ...this.of, ...more });
  }
}

class Decision {
  constructor(
    readonly allowed: boolean,
    readonly reason: string,
  ) {}
}

function decision(authorization: Authorization, check: AuthorizationCheck): Decision {
  spend(STEPS.ofExpression, STEPS.ofRequest);
  const { allowed, reason = '' } = authorization.decide(check);
  return new Decision(allowed, reason);
}

function required(name: string, value: string): string {
  if (value.trim() === '') throw new Error(`${name} must not be empty`);
  return value;
}

/** Kubernetes' functions of rights: `authorizer.group('').resource('pods').check('get').allowed()`. */
export function registerAuthorizer(environment: Environment): void {
  environment
    .registerType(DECISION, Decision)
    .registerType(PATH_CHECK, PathCheck)
    .registerType(RESOURCE_CHECK, ResourceCheck)
    .registerType(GROUP_CHECK, GroupCheck)
    .registerType(AUTHORIZER, { ctor: Authorizer, fields: { requestResource: RESOURCE_CHECK } })
    .registerFunction(
      `${AUTHORIZER}.path(string): ${PATH_CHECK}`,
      ({ authorization }: Authorizer, path: string) => new PathCheck(authorization, required('path', path)),
    )
    .registerFunction(
      `${AUTHORIZER}.group(string): ${GROUP_CHECK}`,
      ({ authorization }: Authorizer, group: string) => new GroupCheck(authorization, group),
    )
    .registerFunction(
      `${AUTHORIZER}.serviceAccount(string, string): ${AUTHORIZER}`,
      ({ authorization }: Authorizer, namespace: string, name: string) =>
        new Authorizer(authorization.ofServiceAccount(namespace, name)),
    )
    .registerFunction(
      `${GROUP_CHECK}.resource(string): ${RESOURCE_CHECK}`,
      ({ authorization, group }: GroupCheck, resource: string) =>
        new ResourceCheck(authorization, { group, resource: required('resource', resource) }),
    )
    .registerFunction(
      `${PATH_CHECK}.check(string): ${DECISION}`,
      ({ authorization, path }: PathCheck, verb: string) => decision(authorization, { verb, path }),
    )
    .registerFunction(
      `${RESOURCE_CHECK}.check(string): ${DECISION}`,
      ({ authorization, of }: ResourceCheck, verb: string) => decision(authorization, { ...of, verb }),
    )
    .registerFunction(`${DECISION}.allowed(): bool`, ({ allowed }: Decision) => allowed)
    .registerFunction(`${DECISION}.reason(): string`, ({ reason }: Decision) => reason)
    // The roles of a cluster are always readable.
    .registerFunction(`${DECISION}.errored(): bool`, () => false)
    .registerFunction(`${DECISION}.error(): string`, () => '');
  for (const field of ['subresource', 'namespace', 'name'])
    environment.registerFunction(
      `${RESOURCE_CHECK}.${field}(string): ${RESOURCE_CHECK}`,
      (check: ResourceCheck, value: string) => check.with({ [field]: value }),
    );
  // Roles do not know selectors.
  for (const field of ['fieldSelector', 'labelSelector'])
    environment.registerFunction(
      `${RESOURCE_CHECK}.${field}(string): ${RESOURCE_CHECK}`,
      (check: ResourceCheck) => check,
    );
}
