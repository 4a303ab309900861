import { ApiError, forbidden } from '../kinds/status.js';
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

/** The 403 with the message of an API server, and the reason of the authorizer if it has one. */
export function forbiddenError(user: UserInfo, attributes: Attributes, reason?: string): ApiError {
  const action = sanitized(actionOf(user, attributes)) + (reason ? `: ${reason}` : '');
  if ('path' in attributes) return forbidden(`forbidden: ${action}`, {});
  const { group, name, resource } = attributes;
  return forbiddenObject({ group, resource, name }, action);
}

/** The 403 of an object, or of all objects of a kind, with the reason. */
export function forbiddenObject(
  {
    group,
    resource,
    name,
  }: { readonly group: string; readonly resource: string; readonly name?: string | undefined },
  reason: string,
): ApiError {
  const qualified = group ? `${resource}.${group}` : resource;
  const subject = name ? `${qualified} ${JSON.stringify(name)}` : qualified;
  return forbidden(`${subject} is forbidden: ${reason}`, {
    ...(name ? { name } : {}),
    ...(group ? { group } : {}),
    kind: resource,
  });
}

function actionOf({ username }: UserInfo, attributes: Attributes): string {
  const user = `User ${JSON.stringify(username)} cannot ${attributes.verb}`;
  if ('path' in attributes) return `${user} path ${JSON.stringify(attributes.path)}`;
  const { group, namespace } = attributes;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  const what = `resource ${JSON.stringify(resourcePath(attributes))} in API group ${JSON.stringify(group)}`;
  return `${user} ${what} ${where}`;
}

/** Texts of a client must not look like HTML. */
function sanitized(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `pods`, or `pods/log`. */
export function resourcePath({ resource, subresource }: ResourceAttributes): string {
  return subresource ? `${resource}/${subresource}` : resource;
}
