import { invalidValue } from '../schema/causes.js';
import type { Cause } from '../kinds/resource.js';
import { invalid } from '../kinds/status.js';
import type { Writer } from '../managed-fields/field-manager.js';
import type { ApiCall } from './call.js';
import type { Target } from './path.js';

/** Maximum length of a field manager's name. */
const MAX_LENGTH = 128;
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u;

/** The field manager of a creation or update: the query parameter `fieldManager`, or the first word of the user agent. */
export function writerOf(call: ApiCall, target: Target): Writer {
  return checked(call, target, {
    options: call.method === 'POST' ? 'CreateOptions' : 'UpdateOptions',
    causes: [],
  });
}

/** The field manager of a patch. An apply must name its manager; only an apply may use force. */
export function patchWriterOf(call: ApiCall, target: Target, isApply: boolean): Writer {
  const causes: Cause[] = [];
  if (isApply && !call.query.get('fieldManager'))
    causes.push({
      field: 'fieldManager',
      reason: 'FieldValueRequired',
      message: 'Required value: is required for apply patch',
    });
  if (!isApply && call.query.has('force'))
    causes.push({
      field: 'force',
      reason: 'FieldValueForbidden',
      message: 'Forbidden: may not be specified for non-apply patch',
    });
  return checked(call, target, { options: 'PatchOptions', causes });
}

function checked(
  { query, request }: ApiCall,
  { subresource }: Target,
  { options, causes }: { readonly options: string; readonly causes: readonly Cause[] },
): Writer {
  const manager = query.get('fieldManager') ?? '';
  const all = [...causes, ...nameCauses(manager)];
  if (all.length > 0) throw invalid({ kind: options, group: 'meta.k8s.io', plural: '', id: '' }, '', all);
  return { manager: manager || fromUserAgent(request.headers['user-agent'] ?? ''), subresource };
}

function nameCauses(manager: string): Cause[] {
  const causes: Cause[] = [];
  if (Buffer.byteLength(manager) > MAX_LENGTH)
    causes.push({
      field: 'fieldManager',
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${MAX_LENGTH} bytes`,
    });
  const position = [...manager].findIndex((character) => !PRINTABLE.test(character));
  if (position >= 0) {
    const code = (manager.codePointAt(position) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    causes.push(
      invalidValue('fieldManager', manager, `invalid character U+${code} (at position ${position})`),
    );
  }
  return causes;
}

function fromUserAgent(agent: string): string {
  const [word = ''] = agent.split('/');
  return [...word]
    .filter((character) => PRINTABLE.test(character))
    .join('')
    .slice(0, MAX_LENGTH);
}
