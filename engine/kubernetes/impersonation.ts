import type { KubernetesUser } from '../../access/kubernetes-user.js';
import { throwProblem } from '../../kernel/result.js';

/** Servers strip spaces around the value of a header: such a name would be that of another user. */
const AS_HEADER = /^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u;

/**
 * The headers by which a request acts for a user with the rights and in the name of that user. Throws FORBIDDEN for a name that no
 * header can have.
 */
export function impersonationHeaders({ name, groups }: KubernetesUser): Record<string, string | string[]> {
  if (![name, ...groups].every((text) => AS_HEADER.test(text)))
    throwProblem('FORBIDDEN', 'The subject of the token cannot be the name of a user in Kubernetes.');
  return { 'impersonate-user': utf8(name), 'impersonate-group': groups.map(utf8) };
}

/** Node.js writes each character of a header as one byte; API servers read UTF-8. */
function utf8(text: string): string {
  return Buffer.from(text).toString('latin1');
}
