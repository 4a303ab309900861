import type { ApiCall } from './call.js';

/** Maximum length of a warning, and of all warnings of a response, as in API servers, so that clients accept the headers. */
const WARNING_LENGTH = { each: 256, all: 4096 };

/** Adds headers with warnings to the response; those that are too many are left out. */
export function addWarnings({ response }: ApiCall, texts: readonly string[]): void {
  const before = [response.getHeader('warning') ?? []].flat().map(String);
  let length = before.join('').length;
  const cut = texts.map((text) => text.slice(0, WARNING_LENGTH.each));
  const fitting = cut.filter((text) => (length += text.length) <= WARNING_LENGTH.all);
  // A header is bytes: a character beyond Latin-1 cannot be sent.
  const headers = fitting.map((text) => `299 - ${JSON.stringify(text.replaceAll(/[^\t\x20-\x7e]/g, '?'))}`);
  if (headers.length > 0) response.setHeader('warning', [...before, ...new Set(headers)]);
}
