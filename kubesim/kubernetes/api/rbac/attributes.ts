import { ApiError, forbidden } from '../../kinds/status.js';
import type { UserInfo } from './user-info.js';

/** Attributes of a resource request. */
export interface ResourceAttributes {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** Attributes of a non-resource request, e.g. of `/metrics`. */
interface PathAttributes {
  readonly verb: string;
  readonly path: string;
}

export type Attributes = ResourceAttributes | PathAttributes;

/** The 403 with the message of an API server. */
export function forbiddenError({ username }: UserInfo, attributes: Attributes): ApiError {
  const user = `User "${username}" cannot ${attributes.verb}`;
  if ('path' in attributes) return forbidden(`forbidden: ${user} path "${attributes.path}"`, {});
  const { group, name, namespace } = attributes;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  const action = `${user} resource "${resourcePath(attributes)}" in API group "${group}" ${where}`;
  const qualified = group ? `${attributes.resource}.${group}` : attributes.resource;
  const subject = name ? `${qualified} "${name}"` : qualified;
  return forbidden(`${subject} is forbidden: ${action}`, {
    ...(name ? { name } : {}),
    ...(group ? { group } : {}),
    kind: attributes.resource,
  });
}

/** `pods`, or `pods/log`. */
export function resourcePath({ resource, subresource }: ResourceAttributes): string {
  return subresource ? `${resource}/${subresource}` : resource;
}
