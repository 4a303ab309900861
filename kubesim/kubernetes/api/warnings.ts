import type { ServerResponse } from 'node:http';
import type { ApiCall } from './call.js';

/** Characters of all warnings of a response at most; when they are more, each is cut to the length of one, as in API servers. */
const WARNING_LENGTH = { each: 256, all: 4096 };

const warned = new WeakMap<ServerResponse, ReadonlySet<string>>();

/** Adds headers with warnings to the response, each once; those that are too many are left out. */
export function addWarnings({ response }: ApiCall, texts: readonly string[]): void {
  if (texts.length === 0) return;
  const all = new Set([...(warned.get(response) ?? []), ...texts]);
  warned.set(response, all);
  response.setHeader('warning', fitting([...all]).map(header));
}

function fitting(texts: readonly string[]): string[] {
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  if (total <= WARNING_LENGTH.all) return [...texts];
  return texts
    .slice(0, WARNING_LENGTH.all / WARNING_LENGTH.each)
    .map((text) => text.slice(0, WARNING_LENGTH.each));
}

/** A header is bytes: a character beyond Latin-1 cannot be sent. */
function header(text: string): string {
  return `299 - ${JSON.stringify(text.replaceAll(/[^\t\x20-\x7e]/g, '?'))}`;
}
